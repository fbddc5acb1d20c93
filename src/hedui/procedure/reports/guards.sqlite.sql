DROP TRIGGER IF EXISTS reports_finding_is_never_changed
-- ;;
CREATE TRIGGER reports_finding_is_never_changed BEFORE UPDATE ON reports_finding
BEGIN
  SELECT RAISE(ABORT, 'finding: it is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS reports_report_is_born_a_draft
-- ;;
CREATE TRIGGER reports_report_is_born_a_draft BEFORE INSERT ON reports_report
BEGIN
  SELECT RAISE(ABORT, 'report: it is born a draft')
  WHERE NEW.status <> 'draft' OR NEW.prepared_by_id IS NOT NULL
     OR NEW.countersigned_by_id IS NOT NULL;
END
-- ;;
DROP TRIGGER IF EXISTS reports_report_is_fixed_once_issued
-- ;;
CREATE TRIGGER reports_report_is_fixed_once_issued BEFORE UPDATE ON reports_report
BEGIN
  SELECT RAISE(ABORT, 'report: issued, a correction is a new version')
  WHERE OLD.status = 'issued' OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id
     OR NEW.commission_id <> OLD.commission_id
     OR NEW.version <> OLD.version OR NEW.number <> OLD.number OR NEW.code <> OLD.code;
  SELECT RAISE(ABORT, 'report: drafted, submitted, issued, in this order')
  WHERE OLD.status || '-' || NEW.status NOT IN
        ('draft-submitted', 'submitted-draft', 'submitted-issued');
  SELECT RAISE(ABORT, 'report: who prepared it stays, and another signs')
  WHERE NEW.status = 'issued' AND (NEW.prepared_by_id <> OLD.prepared_by_id
        OR NEW.prepared_by_id = NEW.countersigned_by_id);
END
-- ;;
DROP TRIGGER IF EXISTS reports_report_is_never_deleted
-- ;;
CREATE TRIGGER reports_report_is_never_deleted BEFORE DELETE ON reports_report
BEGIN
  SELECT RAISE(ABORT, 'report: it is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS reports_finding_belongs_to_a_draft
-- ;;
CREATE TRIGGER reports_finding_belongs_to_a_draft BEFORE INSERT ON reports_finding
BEGIN
  SELECT RAISE(ABORT, 'finding: only a draft takes findings, on persons of its case')
  WHERE NOT EXISTS (SELECT 1 FROM reports_report r
                    JOIN commissions_commission c ON c.id = r.commission_id
                    JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
                    WHERE r.id = NEW.report_id AND r.status = 'draft');
END
-- ;;
DROP TRIGGER IF EXISTS reports_finding_is_never_deleted
-- ;;
CREATE TRIGGER reports_finding_is_never_deleted BEFORE DELETE ON reports_finding
BEGIN
  SELECT RAISE(ABORT, 'finding: it is never deleted');
END
-- ;;
-- INSERT OR REPLACE deletes the row in its way without firing the triggers of DELETE. So it is
-- refused where a row would be in its way: by a key, or by its place in the table (rowid).
DROP TRIGGER IF EXISTS reports_report_is_never_replaced
-- ;;
CREATE TRIGGER reports_report_is_never_replaced BEFORE INSERT ON reports_report
BEGIN
  SELECT RAISE(ABORT, 'report: a version is never replaced')
  WHERE EXISTS (SELECT 1 FROM reports_report
                WHERE id = NEW.id
                   OR number = NEW.number
                   OR code = NEW.code
                   OR (commission_id = NEW.commission_id AND version = NEW.version)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS reports_finding_is_never_replaced
-- ;;
CREATE TRIGGER reports_finding_is_never_replaced BEFORE INSERT ON reports_finding
BEGIN
  SELECT RAISE(ABORT, 'finding: it is never changed')
  WHERE EXISTS (SELECT 1 FROM reports_finding
                WHERE id = NEW.id
                   OR (report_id = NEW.report_id AND position = NEW.position)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
