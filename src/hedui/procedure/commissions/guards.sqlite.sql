
DROP TRIGGER IF EXISTS commissions_commission_needs_frozen_declaration
-- ;;
CREATE TRIGGER commissions_commission_needs_frozen_declaration BEFORE INSERT ON commissions_commission
BEGIN
  SELECT RAISE(ABORT, 'commission: no frozen declaration of this case')
  WHERE NOT EXISTS (SELECT 1 FROM cases_declaration d
                    WHERE d.id = NEW.declaration_id AND d.case_id = NEW.case_id
                      AND d.frozen_at IS NOT NULL);
  SELECT RAISE(ABORT, 'commission: it begins open, and for what was applied for')
  WHERE NEW.closed_at IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.programme = NEW.purpose);
END
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_only_closes
-- ;;
CREATE TRIGGER commissions_commission_only_closes BEFORE UPDATE ON commissions_commission
BEGIN
  SELECT RAISE(ABORT, 'commission: never changed, only closed once')
  WHERE OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
     OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.case_id <> OLD.case_id
     OR NEW.declaration_id <> OLD.declaration_id OR NEW.purpose <> OLD.purpose OR NEW.agency_id <> OLD.agency_id
     OR NEW.body_id <> OLD.body_id OR NEW.ordered_by <> OLD.ordered_by
     OR NEW.commissioned_at <> OLD.commissioned_at OR NEW.entry_id <> OLD.entry_id;
END
-- ;;
-- AFTER, so that the guards above speak first.
DROP TRIGGER IF EXISTS commissions_commission_within_budget
-- ;;
CREATE TRIGGER commissions_commission_within_budget AFTER INSERT ON commissions_commission
BEGIN
  INSERT INTO commissions_tally (agency_id, officer, day, ordered)
  SELECT NEW.agency_id, who.officer, date('now', '+8 hours'), 0
  FROM (SELECT '' AS officer UNION SELECT NEW.ordered_by) who
  WHERE NOT EXISTS (SELECT 1 FROM commissions_tally t
                    WHERE t.agency_id = NEW.agency_id AND t.officer = who.officer
                      AND t.day = date('now', '+8 hours'));
  UPDATE commissions_tally SET ordered = ordered + 1
  WHERE agency_id = NEW.agency_id AND officer IN ('', NEW.ordered_by)
    AND day = date('now', '+8 hours');
  SELECT RAISE(ABORT, 'commission: the budget of today is spent')
  WHERE NEW.ordered_by = '' OR (
    NOT EXISTS (
      SELECT 1 FROM (SELECT per_officer, per_agency FROM commissions_budget
                     WHERE ended_at IS NULL
                       AND (agency_id = NEW.agency_id OR agency_id IS NULL)
                     ORDER BY agency_id IS NULL LIMIT 1) b
      WHERE b.per_agency >= (SELECT t.ordered FROM commissions_tally t
                             WHERE t.agency_id = NEW.agency_id AND t.officer = ''
                               AND t.day = date('now', '+8 hours'))
        AND b.per_officer >= (SELECT t.ordered FROM commissions_tally t
                              WHERE t.agency_id = NEW.agency_id AND t.officer = NEW.ordered_by
                                AND t.day = date('now', '+8 hours')))
    AND NOT EXISTS (SELECT 1 FROM commissions_breakglass g
                    WHERE g.case_id = NEW.case_id AND g.officer = NEW.ordered_by
                      AND g.lifts = 'orders'
                      AND g.opened_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-10 minutes')));
END
-- ;;
DROP TRIGGER IF EXISTS commissions_tally_counts_up
-- ;;
CREATE TRIGGER commissions_tally_counts_up BEFORE UPDATE ON commissions_tally
BEGIN
  SELECT RAISE(ABORT, 'tally: it only counts up')
  WHERE NEW.ordered <> OLD.ordered + 1 OR NEW.id <> OLD.id OR NEW.agency_id <> OLD.agency_id
     OR NEW.officer <> OLD.officer OR NEW.day <> OLD.day;
END
-- ;;
DROP TRIGGER IF EXISTS commissions_budget_only_ends
-- ;;
CREATE TRIGGER commissions_budget_only_ends BEFORE UPDATE ON commissions_budget
BEGIN
  SELECT RAISE(ABORT, 'budget: never changed, only ended once')
  WHERE OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.id <> OLD.id
     OR NEW.agency_id IS NOT OLD.agency_id OR NEW.per_officer <> OLD.per_officer
     OR NEW.per_agency <> OLD.per_agency OR NEW.looks <> OLD.looks OR NEW.began_at <> OLD.began_at
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid;
END
-- ;;
DROP TRIGGER IF EXISTS commissions_breakglass_begins_now
-- ;;
CREATE TRIGGER commissions_breakglass_begins_now BEFORE INSERT ON commissions_breakglass
BEGIN
  SELECT RAISE(ABORT, 'break-glass: it begins unreviewed')
  WHERE NEW.reviewed_at IS NOT NULL OR NEW.reviewed_by <> '' OR NEW.is_justified IS NOT NULL
     OR NEW.opened_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 seconds')
     OR NEW.opened_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 minutes');
END
-- ;;
DROP TRIGGER IF EXISTS commissions_breakglass_only_is_reviewed
-- ;;
CREATE TRIGGER commissions_breakglass_only_is_reviewed BEFORE UPDATE ON commissions_breakglass
BEGIN
  SELECT RAISE(ABORT, 'break-glass: never changed, only reviewed once, by another')
  WHERE OLD.reviewed_at IS NOT NULL OR NEW.reviewed_at IS NULL OR NEW.reviewed_by = ''
     OR NEW.is_justified IS NULL OR NEW.reviewed_by = OLD.officer OR NEW.id <> OLD.id
     OR NEW.case_id <> OLD.case_id OR NEW.agency_id <> OLD.agency_id
     OR NEW.officer <> OLD.officer OR NEW.reason <> OLD.reason OR NEW.lifts <> OLD.lifts
     OR NEW.opened_at <> OLD.opened_at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid;
END
-- ;;
DROP TRIGGER IF EXISTS commissions_budget_is_never_replaced
-- ;;
CREATE TRIGGER commissions_budget_is_never_replaced BEFORE INSERT ON commissions_budget
BEGIN
  SELECT RAISE(ABORT, 'budget: never changed, only ended once')
  WHERE EXISTS (SELECT 1 FROM commissions_budget
                WHERE id = NEW.id
                   OR (agency_id IS NEW.agency_id AND ended_at IS NULL AND NEW.ended_at IS NULL)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
-- What one has done something in is one's own work; of the rest, so many cases are seen in a day.
DROP TRIGGER IF EXISTS commissions_looks_within_budget
-- ;;
CREATE TRIGGER commissions_looks_within_budget BEFORE INSERT ON record_entry
WHEN NEW.act IN ({SEEING}) AND NEW.act <> 'commissions.break_glass' AND NEW.actor LIKE 'officer:%'
BEGIN
  SELECT RAISE(ABORT, 'look: too many cases of others today')
  FROM (SELECT strftime('%Y-%m-%d %H:%M:%f', 'now', '+8 hours', 'start of day', '-8 hours') AS since) today_
  WHERE NOT EXISTS (SELECT 1 FROM record_entry e WHERE e."case" = NEW."case" AND e.actor = NEW.actor
                      AND (e.at >= since AND e.act <> 'commissions.break_glass'
                           OR e.act NOT IN ({SEEING})))
    AND NOT EXISTS (SELECT 1 FROM commissions_breakglass g
                    WHERE g.case_id = NEW."case" AND g.officer = NEW.actor AND g.lifts = 'looks'
                      AND g.opened_at >= since)
    AND coalesce((SELECT b.looks FROM commissions_budget b
                  WHERE b.ended_at IS NULL
                    AND (b.agency_id = replace(json_extract(NEW.content, '$.agency'), '-', '')
                         OR b.agency_id IS NULL)
                  ORDER BY b.agency_id IS NULL LIMIT 1), 0) <= (
      SELECT count(DISTINCT e."case") FROM record_entry e
      WHERE e.actor = NEW.actor AND e.act IN ({SEEING}) AND e.at >= since
        AND NOT EXISTS (SELECT 1 FROM record_entry w WHERE w."case" = e."case"
                          AND w.actor = e.actor AND w.act NOT IN ({SEEING})));
END
