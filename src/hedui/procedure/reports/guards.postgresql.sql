DROP TRIGGER IF EXISTS reports_finding_is_never_changed ON reports_finding
-- ;;
CREATE TRIGGER reports_finding_is_never_changed BEFORE UPDATE ON reports_finding
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('finding: it is never changed')
-- ;;
CREATE OR REPLACE FUNCTION hedui_report_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'draft' OR NEW.prepared_by_id IS NOT NULL
       OR NEW.countersigned_by_id IS NOT NULL THEN
      RAISE EXCEPTION 'report: it is born a draft' USING ERRCODE = 'check_violation';
    END IF;
  ELSIF OLD.status = 'issued' OR NEW.id <> OLD.id OR NEW.commission_id <> OLD.commission_id
     OR NEW.version <> OLD.version OR NEW.number <> OLD.number OR NEW.code <> OLD.code THEN
    RAISE EXCEPTION 'report: issued, a correction is a new version'
      USING ERRCODE = 'check_violation';
  ELSIF (OLD.status, NEW.status) NOT IN
        (('draft', 'submitted'), ('submitted', 'draft'), ('submitted', 'issued')) THEN
    RAISE EXCEPTION 'report: drafted, submitted, issued, in this order'
      USING ERRCODE = 'check_violation';
  ELSIF NEW.status = 'issued' AND (NEW.prepared_by_id <> OLD.prepared_by_id
        OR NEW.prepared_by_id = NEW.countersigned_by_id) THEN
    RAISE EXCEPTION 'report: who prepared it stays, and another signs'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_report_is_born_a_draft ON reports_report
-- ;;
CREATE TRIGGER reports_report_is_born_a_draft BEFORE INSERT ON reports_report
FOR EACH ROW EXECUTE FUNCTION hedui_report_guard()
-- ;;
DROP TRIGGER IF EXISTS reports_report_is_fixed_once_issued ON reports_report
-- ;;
CREATE TRIGGER reports_report_is_fixed_once_issued BEFORE UPDATE ON reports_report
FOR EACH ROW EXECUTE FUNCTION hedui_report_guard()
-- ;;
DROP TRIGGER IF EXISTS reports_report_is_never_deleted ON reports_report
-- ;;
CREATE TRIGGER reports_report_is_never_deleted BEFORE DELETE ON reports_report
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('report: it is never deleted')
-- ;;
CREATE OR REPLACE FUNCTION hedui_finding_belongs_to_a_draft() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM reports_report r
  JOIN commissions_commission c ON c.id = r.commission_id
  JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
  WHERE r.id = NEW.report_id AND r.status = 'draft' FOR SHARE OF r;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'finding: only a draft takes findings, on persons of its case'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_finding_belongs_to_a_draft ON reports_finding
-- ;;
CREATE TRIGGER reports_finding_belongs_to_a_draft BEFORE INSERT ON reports_finding
FOR EACH ROW EXECUTE FUNCTION hedui_finding_belongs_to_a_draft()
-- ;;
DROP TRIGGER IF EXISTS reports_finding_is_never_deleted ON reports_finding
-- ;;
CREATE TRIGGER reports_finding_is_never_deleted BEFORE DELETE ON reports_finding
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('finding: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS reports_report_is_never_truncated ON reports_report
-- ;;
CREATE TRIGGER reports_report_is_never_truncated BEFORE TRUNCATE ON reports_report
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('report: never truncated')
-- ;;
DROP TRIGGER IF EXISTS reports_finding_is_never_truncated ON reports_finding
-- ;;
CREATE TRIGGER reports_finding_is_never_truncated BEFORE TRUNCATE ON reports_finding
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('finding: never truncated')
