
CREATE OR REPLACE FUNCTION hedui_notice_tells_what_was_confirmed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (NEW.form IN ('approval', 'increase', 'refusal', 'reduction', 'stop')) <> (NEW.determination_id IS NOT NULL)
     OR NEW.form = 'not_accepted'
    AND NOT EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id
                      AND s.kind = 'confirm_turning_down')
     OR NEW.determination_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM determinations_determination d
                    JOIN reports_report r ON r.id = d.report_id
                    JOIN commissions_commission c ON c.id = r.commission_id
                    WHERE d.id = NEW.determination_id AND c.case_id = NEW.case_id
                      AND d.confirmed_at IS NOT NULL
                      AND d.outcome = CASE NEW.form WHEN 'refusal' THEN 'refuse'
                                                    WHEN 'reduction' THEN 'reduce'
                                                    WHEN 'stop' THEN 'stop'
                                                    WHEN 'increase' THEN 'increase'
                                                    ELSE 'grant' END) THEN
    RAISE EXCEPTION 'notice: it tells only what two officers have confirmed, in this case and with this outcome'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS papers_notice_tells_what_was_confirmed ON papers_notice
-- ;;
CREATE TRIGGER papers_notice_tells_what_was_confirmed BEFORE INSERT ON papers_notice
FOR EACH ROW EXECUTE FUNCTION hedui_notice_tells_what_was_confirmed()
-- ;;
CREATE OR REPLACE FUNCTION hedui_notice_delivery_can_have_been() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.delivered_on > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
     OR NOT EXISTS (SELECT 1 FROM papers_notice n
                    JOIN cases_member m ON m.case_id = n.case_id
                    WHERE n.id = NEW.notice_id AND m.id = NEW.member_id
                      AND (n.issued_at AT TIME ZONE 'Asia/Shanghai')::date <= NEW.delivered_on) THEN
    RAISE EXCEPTION 'notice_delivery: of a person of the household, from the day of issue on and not in the future'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.way = 'message'
     AND NOT EXISTS (SELECT 1 FROM reports_sms s JOIN reports_phone p ON p.id = s.phone_id
                     WHERE s.about = NEW.notice_id AND p.member_id = NEW.member_id
                       AND s.outcome = 'delivered'
                       AND (s.told_at AT TIME ZONE 'Asia/Shanghai')::date <= NEW.delivered_on) THEN
    RAISE EXCEPTION 'notice_delivery: by text message only with the receipt of the gateway, to that person'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS papers_noticedelivery_can_have_been ON papers_noticedelivery
-- ;;
CREATE TRIGGER papers_noticedelivery_can_have_been BEFORE INSERT ON papers_noticedelivery
FOR EACH ROW EXECUTE FUNCTION hedui_notice_delivery_can_have_been()
-- ;;
CREATE OR REPLACE FUNCTION hedui_sms_is_about_what_waits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM reports_phone p JOIN cases_member m ON m.id = p.member_id
                 JOIN commissions_commission c ON c.case_id = m.case_id
                 JOIN reports_report r ON r.commission_id = c.id AND r.status = 'issued'
                 WHERE p.id = NEW.phone_id AND r.id = NEW.about)
     AND NOT EXISTS (SELECT 1 FROM reports_phone p JOIN cases_member m ON m.id = p.member_id
                     JOIN papers_notice n ON n.case_id = m.case_id
                     WHERE p.id = NEW.phone_id AND n.id = NEW.about) THEN
    RAISE EXCEPTION 'sms: about an issued report or notice of the case'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_sms_is_about_what_waits ON reports_sms
-- ;;
CREATE TRIGGER reports_sms_is_about_what_waits BEFORE INSERT ON reports_sms
FOR EACH ROW EXECUTE FUNCTION hedui_sms_is_about_what_waits()
-- ;;
CREATE OR REPLACE FUNCTION hedui_step_tells_by_a_receipt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM papers_noticedelivery d JOIN papers_notice n ON n.id = d.notice_id
                 WHERE n.determination_id = NEW.about AND d.way = 'message') THEN
    RAISE EXCEPTION 'step: a decision is told by text message only by its delivered notice'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_step_tells_by_a_receipt ON cases_step
-- ;;
CREATE TRIGGER cases_step_tells_by_a_receipt BEFORE INSERT ON cases_step
FOR EACH ROW WHEN (NEW.kind = 'notify' AND NEW.word = 'message')
EXECUTE FUNCTION hedui_step_tells_by_a_receipt()
