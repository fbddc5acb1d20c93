CREATE OR REPLACE FUNCTION hedui_is_suspended(report uuid, member uuid, source_ text)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM agencies_suspension WHERE lifted_at IS NULL) AND EXISTS (
    SELECT 1 FROM reports_report r
    JOIN inquiries_inquiry q ON q.commission_id = r.commission_id
     AND q.member_id = member AND q.source = source_
    JOIN agencies_suspension s ON s.department_id = q.department_id AND s.lifted_at IS NULL
    WHERE r.id = report)
$$
-- ;;
CREATE OR REPLACE FUNCTION hedui_finding_is_only_set_aside() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - 'status' <> to_jsonb(OLD) - 'status'
     OR OLD.status <> 'inconsistent' OR NEW.status <> 'awaiting_explanation'
     OR NOT hedui_is_suspended(NEW.report_id, NEW.member_id, NEW.source)
     OR EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id AND r.status = 'issued')
  THEN
    RAISE EXCEPTION 'finding: it is never changed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_finding_is_never_changed ON reports_finding
-- ;;
CREATE TRIGGER reports_finding_is_never_changed BEFORE UPDATE ON reports_finding
FOR EACH ROW EXECUTE FUNCTION hedui_finding_is_only_set_aside()
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
  ELSIF NEW.status = 'issued' AND EXISTS (
        SELECT 1 FROM reports_finding f WHERE f.report_id = NEW.id AND f.status = 'inconsistent'
           AND hedui_is_suspended(NEW.id, f.member_id, f.source)) THEN
    RAISE EXCEPTION 'report: a suspended source is used against nobody'
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
CREATE OR REPLACE FUNCTION hedui_finding_belongs_to_a_draft() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  PERFORM 1 FROM reports_report r WHERE r.id IN (SELECT report_id FROM put) ORDER BY r.id FOR SHARE;
  IF EXISTS (SELECT 1 FROM put n
             LEFT JOIN reports_report r ON r.id = n.report_id AND r.status = 'draft'
             LEFT JOIN commissions_commission c ON c.id = r.commission_id
             LEFT JOIN cases_member m ON m.id = n.member_id AND m.case_id = c.case_id
             WHERE m.id IS NULL) THEN
    RAISE EXCEPTION 'finding: only a draft takes findings, on persons of its case'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM put n WHERE n.status = 'inconsistent'
             AND hedui_is_suspended(n.report_id, n.member_id, n.source)) THEN
    RAISE EXCEPTION 'finding: a suspended source is used against nobody'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_finding_belongs_to_a_draft ON reports_finding
-- ;;
CREATE TRIGGER reports_finding_belongs_to_a_draft AFTER INSERT ON reports_finding
REFERENCING NEW TABLE AS put FOR EACH STATEMENT EXECUTE FUNCTION hedui_finding_belongs_to_a_draft()
-- ;;
CREATE OR REPLACE FUNCTION hedui_withholding_has_an_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> ''
     OR NEW.end_proposed_at IS NOT NULL OR NEW.end_proposed_by <> ''
     OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> ''
     OR NEW.proposed_by NOT LIKE 'officer:%' THEN
    RAISE EXCEPTION 'withholding: it begins now, unconfirmed' USING ERRCODE = 'check_violation';
  END IF;
  NEW.proposed_at := clock_timestamp();
  IF NEW.until IS NULL OR NEW.until <= NEW.proposed_at
     OR NEW.until > NEW.proposed_at + interval '180 days' THEN
    RAISE EXCEPTION 'withholding: it ends, after 180 days at most'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM reports_withholding w
             WHERE w.member_id = NEW.member_id AND w.confirmed_at IS NOT NULL
               AND NEW.until > w.proposed_at + interval '180 days'
               AND EXISTS (SELECT 1 FROM jsonb_array_elements(w.entries) a
                           JOIN jsonb_array_elements(NEW.entries) b ON a.value = b.value)) THEN
    RAISE EXCEPTION 'withholding: not renewed beyond 180 days in all'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.document = '' OR NEW.reason = '' OR NEW.basis = ''
     OR jsonb_array_length(NEW.entries) = 0
     OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.entries) s
                WHERE NOT EXISTS (SELECT 1 FROM record_entry e
                                  JOIN cases_member m ON m.id = NEW.member_id
                                  WHERE e.index = s.value::bigint AND e.case = m.case_id)) THEN
    RAISE EXCEPTION 'withholding: it states entries about the case, and why'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_withholding_has_an_end ON reports_withholding
-- ;;
CREATE TRIGGER reports_withholding_has_an_end BEFORE INSERT ON reports_withholding
FOR EACH ROW EXECUTE FUNCTION hedui_withholding_has_an_end()
-- ;;
CREATE OR REPLACE FUNCTION hedui_withholding_is_confirmed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  at timestamptz := clock_timestamp();
BEGIN
  IF OLD.confirmed_at IS NOT NULL THEN
    IF at >= OLD.until OR OLD.ended_at IS NOT NULL
       OR (OLD.end_proposed_at IS NULL
           AND (NEW.end_proposed_at IS NULL OR NEW.end_proposed_by NOT LIKE 'officer:%'
                OR to_jsonb(NEW) - '{end_proposed_at,end_proposed_by}'::text[]
                   <> to_jsonb(OLD) - '{end_proposed_at,end_proposed_by}'::text[]))
       OR (OLD.end_proposed_at IS NOT NULL
           AND (NEW.ended_at IS NULL OR NEW.ended_by NOT LIKE 'officer:%'
                OR NEW.ended_by = OLD.end_proposed_by
                OR to_jsonb(NEW) - '{ended_at,ended_by}'::text[]
                   <> to_jsonb(OLD) - '{ended_at,ended_by}'::text[])) THEN
      RAISE EXCEPTION 'withholding: once confirmed it is only ended before its day, by two'
        USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.end_proposed_at IS NULL THEN
      NEW.end_proposed_at := at;
    ELSE
      NEW.ended_at := at;
    END IF;
    RETURN NEW;
  END IF;
  IF NOT hedui_is_confirmed_by_another(to_jsonb(OLD), to_jsonb(NEW)) THEN
    RAISE EXCEPTION 'withholding: never changed, only confirmed once, by another'
      USING ERRCODE = 'check_violation';
  END IF;
  IF at > OLD.proposed_at + interval '3 days' THEN
    RAISE EXCEPTION 'withholding: confirmed within three days, or not at all'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.confirmed_at := at;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_withholding_is_confirmed_by_another ON reports_withholding
-- ;;
CREATE TRIGGER reports_withholding_is_confirmed_by_another BEFORE UPDATE ON reports_withholding
FOR EACH ROW EXECUTE FUNCTION hedui_withholding_is_confirmed()
-- ;;
CREATE OR REPLACE FUNCTION hedui_erasure_after_retention() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  at timestamptz := clock_timestamp();
BEGIN
  -- Rows that point to the case wait for this lock, or are seen.
  PERFORM 1 FROM cases_case c WHERE c.id = NEW.case_id FOR UPDATE;
  IF EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id
               AND c.opened_at > at - interval '{RETENTION_DAYS} days')
     OR EXISTS (SELECT 1 FROM authorizations_authorization a WHERE a.case_id = NEW.case_id
                  AND a.revoked_at IS NULL AND a.valid_until > at)
     OR EXISTS (SELECT 1 FROM inquiries_reply r
                JOIN inquiries_inquiry i ON i.id = r.inquiry_id
                JOIN commissions_commission c ON c.id = i.commission_id
                WHERE c.case_id = NEW.case_id AND r.received_at > at - interval '{RETENTION_DAYS} days')
     OR EXISTS (SELECT 1 FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND (r.drafted_at > at - interval '{RETENTION_DAYS} days'
                       OR r.valid_until >= (at AT TIME ZONE 'Asia/Shanghai')::date))
     OR EXISTS (SELECT 1 FROM reports_withholding w JOIN cases_member m ON m.id = w.member_id
                WHERE m.case_id = NEW.case_id AND w.confirmed_at IS NOT NULL
                  AND w.until > at - interval '30 days') THEN
    RAISE EXCEPTION 'erasure: its retention has not ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_after_retention ON cases_erasure
-- ;;
CREATE TRIGGER cases_erasure_after_retention BEFORE INSERT ON cases_erasure
FOR EACH ROW EXECUTE FUNCTION hedui_erasure_after_retention()
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_still_after_retention ON cases_erasure
-- ;;
CREATE TRIGGER cases_erasure_still_after_retention BEFORE UPDATE ON cases_erasure
FOR EACH ROW EXECUTE FUNCTION hedui_erasure_after_retention()
-- ;;
CREATE OR REPLACE FUNCTION hedui_sourcereview_is_of_a_discrepancy() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.reviewed_by NOT LIKE 'officer:%' OR NEW.is_wrong <> (NEW.fault <> '')
     OR NOT EXISTS (SELECT 1 FROM reports_finding f
                    JOIN reports_report r ON r.id = f.report_id
                    JOIN inquiries_inquiry q ON q.commission_id = r.commission_id
                     AND q.member_id = f.member_id AND q.source = f.source
                    WHERE f.id = NEW.finding_id AND q.department_id = NEW.department_id
                      AND f.status IN ('inconsistent', 'awaiting_explanation')) THEN
    RAISE EXCEPTION 'review: an officer looks into a discrepancy with the department asked'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_sourcereview_is_of_a_discrepancy ON reports_sourcereview
-- ;;
CREATE TRIGGER reports_sourcereview_is_of_a_discrepancy BEFORE INSERT ON reports_sourcereview
FOR EACH ROW EXECUTE FUNCTION hedui_sourcereview_is_of_a_discrepancy()
-- ;;
CREATE OR REPLACE FUNCTION hedui_correction_is_of_a_wrong_answer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.outcome <> '' OR NEW.answered_at IS NOT NULL OR NEW.answered_by <> ''
     OR NOT EXISTS (SELECT 1 FROM reports_sourcereview v
                    JOIN inquiries_inquiry q ON q.department_id = v.department_id
                    WHERE v.id = NEW.review_id AND v.is_wrong AND q.id = NEW.inquiry_id) THEN
    RAISE EXCEPTION 'correction: it is asked for where a source was found wrong, unanswered'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_correction_is_of_a_wrong_answer ON reports_correction
-- ;;
CREATE TRIGGER reports_correction_is_of_a_wrong_answer BEFORE INSERT ON reports_correction
FOR EACH ROW EXECUTE FUNCTION hedui_correction_is_of_a_wrong_answer()
-- ;;
CREATE OR REPLACE FUNCTION hedui_correction_is_answered_once() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.outcome <> '' OR NEW.outcome = '' OR NEW.answered_at IS NULL OR NEW.answered_by = ''
     OR to_jsonb(NEW) - '{outcome,document,answered_by,answered_at}'::text[]
        <> to_jsonb(OLD) - '{outcome,document,answered_by,answered_at}'::text[] THEN
    RAISE EXCEPTION 'correction: never changed, only answered once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_correction_is_answered_once ON reports_correction
-- ;;
CREATE TRIGGER reports_correction_is_answered_once BEFORE UPDATE ON reports_correction
FOR EACH ROW EXECUTE FUNCTION hedui_correction_is_answered_once()
-- ;;
CREATE OR REPLACE FUNCTION hedui_delivery_is_of_an_issued_report() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  issued_on date;
BEGIN
  SELECT (r.issued_at AT TIME ZONE 'Asia/Shanghai')::date INTO issued_on FROM reports_report r
  JOIN commissions_commission c ON c.id = r.commission_id
  JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
  WHERE r.id = NEW.report_id AND r.status = 'issued';
  IF issued_on IS NULL OR NEW.recorded_by NOT LIKE 'officer:%' THEN
    RAISE EXCEPTION 'delivery: of an issued report, to a person of its case'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.delivered_on > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
     OR NEW.delivered_on < issued_on THEN
    RAISE EXCEPTION 'delivery: not in the future, nor before the report'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.way = 'message'
     AND NOT EXISTS (SELECT 1 FROM reports_sms s JOIN reports_phone p ON p.id = s.phone_id
                     WHERE s.about = NEW.report_id AND p.member_id = NEW.member_id
                       AND s.outcome = 'delivered'
                       AND (s.told_at AT TIME ZONE 'Asia/Shanghai')::date <= NEW.delivered_on) THEN
    RAISE EXCEPTION 'delivery: by text message only with the receipt of the gateway, to that person'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.objections_until < NEW.delivered_on
     OR (NEW.ground = '' AND NEW.objections_until < NEW.delivered_on + 30) THEN
    RAISE EXCEPTION 'delivery: thirty days to object, unless a local rule says otherwise'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_delivery_is_of_an_issued_report ON reports_delivery
-- ;;
CREATE TRIGGER reports_delivery_is_of_an_issued_report BEFORE INSERT ON reports_delivery
FOR EACH ROW EXECUTE FUNCTION hedui_delivery_is_of_an_issued_report()
-- ;;
CREATE OR REPLACE FUNCTION hedui_phone_is_recorded_by_an_officer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.recorded_by NOT LIKE 'officer:%' OR length(NEW.content) = 0 THEN
    RAISE EXCEPTION 'phone: recorded by an officer, sealed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_phone_is_recorded_by_an_officer ON reports_phone
-- ;;
CREATE TRIGGER reports_phone_is_recorded_by_an_officer BEFORE INSERT ON reports_phone
FOR EACH ROW EXECUTE FUNCTION hedui_phone_is_recorded_by_an_officer()
-- ;;
CREATE OR REPLACE FUNCTION hedui_sms_is_agreed_to() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.requested_by NOT LIKE 'officer:%' OR NEW.taken_at IS NOT NULL OR NEW.outcome <> ''
     OR NEW.told_at IS NOT NULL
     OR NOT EXISTS (SELECT 1 FROM reports_phone p
                    WHERE p.id = NEW.phone_id AND p.agrees
                      AND NOT EXISTS (SELECT 1 FROM reports_phone n
                                      WHERE n.member_id = p.member_id AND n.id > p.id)) THEN
    RAISE EXCEPTION 'sms: ordered by an officer, to who agreed and did not withdraw, not sent yet'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_sms_is_agreed_to ON reports_sms
-- ;;
CREATE TRIGGER reports_sms_is_agreed_to BEFORE INSERT ON reports_sms
FOR EACH ROW EXECUTE FUNCTION hedui_sms_is_agreed_to()
-- ;;
CREATE OR REPLACE FUNCTION hedui_sms_is_told_once() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.outcome <> '' OR (OLD.taken_at IS NOT NULL AND NEW.taken_at IS DISTINCT FROM OLD.taken_at)
     OR NEW.outcome NOT IN ('', 'delivered', 'failed')
     OR (NEW.outcome <> '') <> (NEW.told_at IS NOT NULL)
     OR NEW.told_at < OLD.requested_at
     OR to_jsonb(NEW) - '{attempts,next_at,fault,taken_at,outcome,told_at}'::text[]
        <> to_jsonb(OLD) - '{attempts,next_at,fault,taken_at,outcome,told_at}'::text[] THEN
    RAISE EXCEPTION 'sms: never changed, only taken and told once'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_sms_is_told_once ON reports_sms
-- ;;
CREATE TRIGGER reports_sms_is_told_once BEFORE UPDATE ON reports_sms
FOR EACH ROW EXECUTE FUNCTION hedui_sms_is_told_once()
-- ;;
CREATE OR REPLACE FUNCTION hedui_report_follows_an_issued_one() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM reports_report r
  WHERE r.commission_id = NEW.commission_id AND r.version = NEW.version - 1
    AND r.status = 'issued';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'report: a new version follows an issued one'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_report_follows_an_issued_one ON reports_report
-- ;;
CREATE TRIGGER reports_report_follows_an_issued_one BEFORE INSERT ON reports_report
FOR EACH ROW WHEN (NEW.version > 1 AND NEW.status = 'draft') EXECUTE FUNCTION hedui_report_follows_an_issued_one()
-- ;;
CREATE OR REPLACE FUNCTION hedui_acceptance_is_of_a_draft() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM reports_finding f
  JOIN reports_report r ON r.id = f.report_id AND r.status = 'draft'
  WHERE f.id = NEW.finding_id FOR SHARE OF r;
  IF NOT FOUND OR NEW.accepted_by NOT LIKE 'officer:%' OR length(NEW.content) = 0
     OR NEW.cause NOT IN ('identity', 'time', 'valuation', 'ownership', 'exempt', 'source_error', 'undeclared') THEN
    RAISE EXCEPTION 'acceptance: of a finding of a draft, by an officer, for one of the causes'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.cause = 'undeclared' AND 6 <> (
       SELECT count(DISTINCT x.value) FROM jsonb_array_elements_text(NEW.excluded) x
       WHERE x.value IN ('identity', 'time', 'valuation', 'ownership', 'exempt', 'source_error')) THEN
    RAISE EXCEPTION 'acceptance: undeclared only when every other cause is ruled out'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.cause = 'undeclared' AND NOT EXISTS (
       SELECT 1 FROM reports_finding f
       JOIN reports_report r ON r.id = f.report_id
       JOIN reports_report b ON b.commission_id = r.commission_id AND b.version < r.version
       JOIN reports_delivery d ON d.report_id = b.id
       WHERE f.id = NEW.finding_id
         AND d.objections_until < (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date) THEN
    RAISE EXCEPTION 'acceptance: undeclared only after the family was told and had its time to object'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_acceptance_is_of_a_draft ON reports_acceptance
-- ;;
CREATE TRIGGER reports_acceptance_is_of_a_draft BEFORE INSERT ON reports_acceptance
FOR EACH ROW EXECUTE FUNCTION hedui_acceptance_is_of_a_draft()
