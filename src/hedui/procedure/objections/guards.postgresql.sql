
-- In person 本人: signed in within the half hour, of the household still, the report was handed over,
-- the time runs, and no newer version has taken its place.
CREATE OR REPLACE FUNCTION hedui_objects_in_person(new_ objections_objection) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN new_.taken_in_by = 'person:' || replace(new_.member_id::text, '-', '')
    AND new_.received_on = (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
    AND EXISTS (SELECT 1 FROM authorizations_signin s
                JOIN authorizations_enrolment n ON n.id = s.enrolment_id
                JOIN cases_member m ON m.id = n.member_id AND NOT m.replaced
                WHERE m.id = new_.member_id
                  AND s.signed_in_at > clock_timestamp() - interval '30 minutes')
    AND EXISTS (SELECT 1 FROM reports_delivery d
                WHERE d.report_id = new_.report_id AND d.objections_until >= new_.received_on)
    AND NOT EXISTS (SELECT 1 FROM reports_report r
                    JOIN reports_report newer ON newer.commission_id = r.commission_id
                     AND newer.version > r.version AND newer.status = 'issued'
                    WHERE r.id = new_.report_id);
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_objection_is_of_an_issued_report() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held reports_report;
BEGIN
  SELECT r.* INTO held FROM reports_report r
  JOIN commissions_commission c ON c.id = r.commission_id
  JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
  WHERE r.id = NEW.report_id AND r.status = 'issued';
  IF held.id IS NULL THEN
    RAISE EXCEPTION 'objection: of an issued report, by a person of its case'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.taken_in_by LIKE 'person:%' THEN
    IF NOT hedui_objects_in_person(NEW) THEN
      RAISE EXCEPTION 'objection: in person, by who has signed in, to a report that was handed over, in time'
        USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NEW.taken_in_by NOT LIKE 'officer:%'
     OR NEW.taken_in_by IN ('officer:' || held.prepared_by_id,
                            'officer:' || held.countersigned_by_id) THEN
    RAISE EXCEPTION 'objection: taken in by an officer who neither prepared nor signed the report'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.received_on > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
     OR NEW.received_on < (held.issued_at AT TIME ZONE 'Asia/Shanghai')::date THEN
    RAISE EXCEPTION 'objection: not received in the future, nor before the report'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS objections_objection_is_of_an_issued_report ON objections_objection
-- ;;
CREATE TRIGGER objections_objection_is_of_an_issued_report BEFORE INSERT ON objections_objection
FOR EACH ROW EXECUTE FUNCTION hedui_objection_is_of_an_issued_report()
-- ;;
CREATE OR REPLACE FUNCTION hedui_contested_is_in_the_report() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Of two who contest the same finding at once, one waits for the report and then sees the other.
  PERFORM 1 FROM objections_objection o
  JOIN reports_finding f ON f.id = NEW.finding_id AND f.report_id = o.report_id
  JOIN reports_report r ON r.id = o.report_id
  WHERE o.id = NEW.objection_id FOR NO KEY UPDATE OF r;
  IF NOT FOUND OR EXISTS (
       SELECT 1 FROM objections_contested t WHERE t.finding_id = NEW.finding_id
       AND NOT EXISTS (SELECT 1 FROM objections_resolution s WHERE s.contested_id = t.id)) THEN
    RAISE EXCEPTION 'contested: a finding of this report, not contested already'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM objections_objection o
             JOIN reports_finding f ON f.id = NEW.finding_id
             WHERE o.id = NEW.objection_id AND o.taken_in_by LIKE 'person:%'
               AND f.member_id <> o.member_id
               AND NOT EXISTS (SELECT 1 FROM authorizations_guardianship g
                               WHERE g.member_id = f.member_id AND g.guardian_id = o.member_id
                                 AND g.ended_at IS NULL)) THEN
    RAISE EXCEPTION 'contested: in person, of oneself or a ward'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS objections_contested_is_in_the_report ON objections_contested
-- ;;
CREATE TRIGGER objections_contested_is_in_the_report BEFORE INSERT ON objections_contested
FOR EACH ROW EXECUTE FUNCTION hedui_contested_is_in_the_report()
-- ;;
CREATE OR REPLACE FUNCTION hedui_resolution_is_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.resolved_by NOT LIKE 'officer:%'
     OR EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report r ON r.id = o.report_id
                WHERE t.id = NEW.contested_id
                  AND NEW.resolved_by IN (o.taken_in_by, 'officer:' || r.prepared_by_id,
                                          'officer:' || r.countersigned_by_id)) THEN
    RAISE EXCEPTION 'resolution: by an officer who neither prepared nor signed the report nor took the objection in'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('upheld', 'partly', 'not_upheld', 'withdrawn')
     OR (NEW.outcome IN ('upheld', 'partly') AND NEW.cause NOT IN
         ('identity', 'time', 'valuation', 'ownership', 'exempt', 'source_error'))
     OR (NEW.outcome NOT IN ('upheld', 'partly') AND NEW.cause <> '')
     OR length(NEW.content) = 0 THEN
    RAISE EXCEPTION 'resolution: one of four outcomes, with reasons, and with a cause where it is upheld'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS objections_resolution_is_by_another ON objections_resolution
-- ;;
CREATE TRIGGER objections_resolution_is_by_another BEFORE INSERT ON objections_resolution
FOR EACH ROW EXECUTE FUNCTION hedui_resolution_is_by_another()
-- ;;
CREATE OR REPLACE FUNCTION hedui_erasure_not_while_objected_to() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report r ON r.id = o.report_id
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id)) THEN
    RAISE EXCEPTION 'erasure: an objection is open'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_not_while_objected_to ON cases_erasure
-- ;;
CREATE TRIGGER cases_erasure_not_while_objected_to BEFORE INSERT ON cases_erasure
FOR EACH ROW EXECUTE FUNCTION hedui_erasure_not_while_objected_to()
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_still_not_objected_to ON cases_erasure
-- ;;
CREATE TRIGGER cases_erasure_still_not_objected_to BEFORE UPDATE ON cases_erasure
FOR EACH ROW EXECUTE FUNCTION hedui_erasure_not_while_objected_to()
-- ;;
CREATE OR REPLACE FUNCTION hedui_report_waits_for_objections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Who contests a finding locks the report before: of the two, one waits and then sees the other.
  PERFORM 1 FROM reports_report r WHERE r.commission_id = NEW.commission_id AND r.id <> NEW.id
  ORDER BY r.version FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report r ON r.id = o.report_id
                WHERE r.commission_id = NEW.commission_id AND r.id <> NEW.id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id)) THEN
    RAISE EXCEPTION 'report: no new version over an open objection'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_report_waits_for_objections ON reports_report
-- ;;
CREATE TRIGGER reports_report_waits_for_objections BEFORE UPDATE ON reports_report
FOR EACH ROW WHEN (NEW.version > 1 AND NEW.status = 'issued') EXECUTE FUNCTION hedui_report_waits_for_objections()
