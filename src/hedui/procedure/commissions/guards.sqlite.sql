DROP TRIGGER IF EXISTS commissions_commission_is_never_deleted
-- ;;
CREATE TRIGGER commissions_commission_is_never_deleted BEFORE DELETE ON commissions_commission
BEGIN
  SELECT RAISE(ABORT, 'commission: it is never deleted');
END
-- ;;
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
     OR NEW.body_id <> OLD.body_id OR NEW.commissioned_at <> OLD.commissioned_at OR NEW.entry_id <> OLD.entry_id;
END
-- ;;
-- INSERT OR REPLACE deletes the row in its way without firing the triggers of DELETE. So it is
-- refused where a row would be in its way: by a key, or by its place in the table (rowid).
DROP TRIGGER IF EXISTS commissions_commission_is_never_replaced
-- ;;
CREATE TRIGGER commissions_commission_is_never_replaced BEFORE INSERT ON commissions_commission
BEGIN
  SELECT RAISE(ABORT, 'commission: never changed, only closed once')
  WHERE EXISTS (SELECT 1 FROM commissions_commission
                WHERE id = NEW.id
                   OR number = NEW.number
                   OR (case_id = NEW.case_id AND closed_at IS NULL AND NEW.closed_at IS NULL)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
