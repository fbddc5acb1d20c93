DROP TRIGGER IF EXISTS agencies_agreement_begins_unapproved
-- ;;
CREATE TRIGGER agencies_agreement_begins_unapproved BEFORE INSERT ON agencies_agreement
BEGIN
  SELECT RAISE(ABORT, 'agreement: it begins as an officer''s proposal')
  WHERE NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL
     OR NEW.approved_by <> '' OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '';
  SELECT RAISE(ABORT, 'agreement: it names items of what the department holds')
  WHERE NOT json_valid(NEW.items) OR json_type(NEW.items) <> 'array'
     OR json_array_length(NEW.items) = 0
     OR EXISTS (SELECT 1 FROM json_each(NEW.items) i
                WHERE i.type <> 'text' OR NOT EXISTS (
                  SELECT 1 FROM agencies_department d WHERE d.id = NEW.department_id
                    AND substr(i.value, 1, length(d.source) + 1) = d.source || '.'));
  SELECT RAISE(ABORT, 'agreement: it ends, after five years at most')
  WHERE NEW.first_day IS NOT date(NEW.first_day) OR NEW.last_day IS NOT date(NEW.last_day)
     OR NEW.last_day < NEW.first_day OR NEW.last_day > date(NEW.first_day, '+1830 days');
END
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_approved_by_another
-- ;;
CREATE TRIGGER agencies_agreement_is_approved_by_another BEFORE UPDATE ON agencies_agreement
BEGIN
  SELECT RAISE(ABORT, 'agreement: never changed, only approved once, by another, and ended')
  WHERE NEW.id <> OLD.id OR NEW.department_id <> OLD.department_id OR NEW.items <> OLD.items
     OR NEW.channel <> OLD.channel OR NEW.opens IS NOT OLD.opens OR NEW.closes IS NOT OLD.closes
     OR NEW.per_minute IS NOT OLD.per_minute OR NEW.max_age_days <> OLD.max_age_days
     OR NEW.contact <> OLD.contact OR NEW.legal_basis <> OLD.legal_basis
     OR NEW.first_day <> OLD.first_day OR NEW.last_day <> OLD.last_day
     OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid
     OR NOT (
       OLD.approved_at IS NULL AND OLD.ended_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%'
       AND NEW.ended_at >= strftime('%Y-%m-%d %H:%M:%f', 'now', '-5 seconds')
       AND (OLD.ended_at IS NULL
            OR OLD.ended_at > strftime('%Y-%m-%d %H:%M:%f', 'now') AND NEW.ended_at < OLD.ended_at));
END
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_never_deleted
-- ;;
CREATE TRIGGER agencies_agreement_is_never_deleted BEFORE DELETE ON agencies_agreement
BEGIN
  SELECT RAISE(ABORT, 'agreement: it is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_never_replaced
-- ;;
CREATE TRIGGER agencies_agreement_is_never_replaced BEFORE INSERT ON agencies_agreement
BEGIN
  SELECT RAISE(ABORT, 'agreement: never changed, only approved once, by another, and ended')
  WHERE EXISTS (SELECT 1 FROM agencies_agreement
                WHERE id = NEW.id OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
