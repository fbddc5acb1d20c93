
DROP TRIGGER IF EXISTS papers_notice_tells_what_was_confirmed
-- ;;
CREATE TRIGGER papers_notice_tells_what_was_confirmed BEFORE INSERT ON papers_notice
BEGIN
  SELECT RAISE(ABORT, 'notice: it tells only what two officers have confirmed, in this case and with this outcome')
  WHERE (NEW.form IN ('approval', 'increase', 'refusal', 'reduction', 'stop')) <> (NEW.determination_id IS NOT NULL)
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
                                                    ELSE 'grant' END);
END
-- ;;
DROP TRIGGER IF EXISTS papers_noticedelivery_can_have_been
-- ;;
CREATE TRIGGER papers_noticedelivery_can_have_been BEFORE INSERT ON papers_noticedelivery
BEGIN
  SELECT RAISE(ABORT, 'notice_delivery: of a person of the household, from the day of issue on and not in the future')
  WHERE NEW.delivered_on > date('now', '+8 hours')
     OR NOT EXISTS (SELECT 1 FROM papers_notice n
                    JOIN cases_member m ON m.case_id = n.case_id
                    WHERE n.id = NEW.notice_id AND m.id = NEW.member_id
                      AND date(n.issued_at, '+8 hours') <= NEW.delivered_on);
  SELECT RAISE(ABORT, 'notice_delivery: by text message only with the receipt of the gateway, to that person')
  WHERE NEW.way = 'message'
    AND NOT EXISTS (SELECT 1 FROM reports_sms s JOIN reports_phone p ON p.id = s.phone_id
                    WHERE s.about = NEW.notice_id AND p.member_id = NEW.member_id
                      AND s.outcome = 'delivered'
                      AND date(s.told_at, '+8 hours') <= NEW.delivered_on);
END
-- ;;
DROP TRIGGER IF EXISTS reports_sms_is_about_what_waits
-- ;;
CREATE TRIGGER reports_sms_is_about_what_waits BEFORE INSERT ON reports_sms
BEGIN
  SELECT RAISE(ABORT, 'sms: about an issued report or notice of the case')
  WHERE NOT EXISTS (SELECT 1 FROM reports_phone p JOIN cases_member m ON m.id = p.member_id
                    JOIN commissions_commission c ON c.case_id = m.case_id
                    JOIN reports_report r ON r.commission_id = c.id AND r.status = 'issued'
                    WHERE p.id = NEW.phone_id AND r.id = NEW.about)
    AND NOT EXISTS (SELECT 1 FROM reports_phone p JOIN cases_member m ON m.id = p.member_id
                    JOIN papers_notice n ON n.case_id = m.case_id
                    WHERE p.id = NEW.phone_id AND n.id = NEW.about);
END
-- ;;
DROP TRIGGER IF EXISTS cases_step_tells_by_a_receipt
-- ;;
CREATE TRIGGER cases_step_tells_by_a_receipt BEFORE INSERT ON cases_step
WHEN NEW.kind = 'notify' AND NEW.word = 'message'
BEGIN
  SELECT RAISE(ABORT, 'step: a decision is told by text message only by its delivered notice')
  WHERE NOT EXISTS (SELECT 1 FROM papers_noticedelivery d JOIN papers_notice n ON n.id = d.notice_id
                    WHERE n.determination_id = NEW.about AND d.way = 'message');
END
