DROP TRIGGER IF EXISTS reports_finding_is_never_changed
-- ;;
CREATE TRIGGER reports_finding_is_never_changed BEFORE UPDATE ON reports_finding
BEGIN
  SELECT RAISE(ABORT, 'finding: it is never changed')
  WHERE NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.report_id <> OLD.report_id
     OR NEW.position <> OLD.position OR NEW.member_id <> OLD.member_id
     OR NEW.source <> OLD.source OR NEW.item <> OLD.item
     OR OLD.status <> 'inconsistent' OR NEW.status <> 'awaiting_explanation'
     OR NOT EXISTS (SELECT 1 FROM reports_report r
                JOIN inquiries_inquiry q ON q.commission_id = r.commission_id
                 AND q.member_id = NEW.member_id AND q.source = NEW.source
                JOIN agencies_suspension s ON s.department_id = q.department_id
                 AND s.lifted_at IS NULL
                WHERE r.id = NEW.report_id
                  AND r.status <> 'issued');
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
  SELECT RAISE(ABORT, 'report: a suspended source is used against nobody')
  WHERE NEW.status = 'issued' AND EXISTS (
    SELECT 1 FROM reports_finding f
    JOIN inquiries_inquiry q ON q.commission_id = NEW.commission_id
     AND q.member_id = f.member_id AND q.source = f.source
    JOIN agencies_suspension s ON s.department_id = q.department_id AND s.lifted_at IS NULL
    WHERE f.report_id = NEW.id AND f.status = 'inconsistent');
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
  SELECT RAISE(ABORT, 'finding: a suspended source is used against nobody')
  WHERE NEW.status = 'inconsistent' AND EXISTS (SELECT 1 FROM reports_report r
                JOIN inquiries_inquiry q ON q.commission_id = r.commission_id
                 AND q.member_id = NEW.member_id AND q.source = NEW.source
                JOIN agencies_suspension s ON s.department_id = q.department_id
                 AND s.lifted_at IS NULL
                WHERE r.id = NEW.report_id);
END
-- ;;
DROP TRIGGER IF EXISTS reports_withholding_has_an_end
-- ;;
CREATE TRIGGER reports_withholding_has_an_end BEFORE INSERT ON reports_withholding
BEGIN
  SELECT RAISE(ABORT, 'withholding: it begins now, unconfirmed')
  WHERE NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> ''
     OR NEW.end_proposed_at IS NOT NULL OR NEW.end_proposed_by <> ''
     OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> ''
     OR NEW.proposed_by NOT LIKE 'officer:%'
     OR NEW.proposed_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 seconds')
     OR NEW.proposed_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 minutes');
  SELECT RAISE(ABORT, 'withholding: it ends, after 180 days at most')
  WHERE NEW.until IS NULL OR NEW.until <= NEW.proposed_at
     OR NEW.until > strftime('%Y-%m-%d %H:%M:%f', NEW.proposed_at, '+180 days');
  SELECT RAISE(ABORT, 'withholding: not renewed beyond 180 days in all')
  WHERE EXISTS (SELECT 1 FROM reports_withholding w, json_each(w.entries) a, json_each(NEW.entries) b
                WHERE w.member_id = NEW.member_id AND w.confirmed_at IS NOT NULL
                  AND a.value = b.value
                  AND NEW.until > strftime('%Y-%m-%d %H:%M:%f', w.proposed_at, '+180 days'));
  SELECT RAISE(ABORT, 'withholding: it states entries about the case, and why')
  WHERE NEW.document = '' OR NEW.reason = '' OR NEW.basis = ''
     OR json_array_length(NEW.entries) = 0
     OR EXISTS (SELECT 1 FROM json_each(NEW.entries) s
                WHERE NOT EXISTS (SELECT 1 FROM record_entry e
                                  JOIN cases_member m ON m.id = NEW.member_id
                                  WHERE e."index" = s.value AND e."case" = m.case_id));
END
-- ;;
DROP TRIGGER IF EXISTS reports_withholding_is_confirmed_by_another
-- ;;
CREATE TRIGGER reports_withholding_is_confirmed_by_another BEFORE UPDATE ON reports_withholding
BEGIN
  SELECT RAISE(ABORT, 'withholding: never changed, only confirmed once, by another')
  WHERE NEW.id <> OLD.id OR NEW.member_id <> OLD.member_id OR NEW.entries <> OLD.entries
     OR NEW.reason <> OLD.reason OR NEW.basis <> OLD.basis OR NEW.document <> OLD.document
     OR NEW.until <> OLD.until OR NEW.proposed_by <> OLD.proposed_by
     OR NEW.proposed_at <> OLD.proposed_at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid
     OR OLD.confirmed_at IS NULL
        AND (NEW.confirmed_at IS NULL
             OR NEW.confirmed_by NOT LIKE 'officer:%' OR NEW.confirmed_by = OLD.proposed_by
             OR NEW.end_proposed_at IS NOT NULL OR NEW.end_proposed_by <> ''
             OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '');
  SELECT RAISE(ABORT, 'withholding: once confirmed it is only ended before its day, by two')
  WHERE OLD.confirmed_at IS NOT NULL
    AND (strftime('%Y-%m-%d %H:%M:%f', 'now') >= OLD.until OR OLD.ended_at IS NOT NULL
         OR NEW.confirmed_at IS NOT OLD.confirmed_at OR NEW.confirmed_by <> OLD.confirmed_by
         OR OLD.end_proposed_at IS NULL
            AND (NEW.end_proposed_at IS NULL OR NEW.end_proposed_by NOT LIKE 'officer:%'
                 OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '')
         OR OLD.end_proposed_at IS NOT NULL
            AND (NEW.ended_at IS NULL OR NEW.ended_by NOT LIKE 'officer:%'
                 OR NEW.ended_by = OLD.end_proposed_by
                 OR NEW.end_proposed_at IS NOT OLD.end_proposed_at
                 OR NEW.end_proposed_by <> OLD.end_proposed_by));
  SELECT RAISE(ABORT, 'withholding: confirmed within three days, or not at all')
  WHERE OLD.confirmed_at IS NULL
    AND strftime('%Y-%m-%d %H:%M:%f', 'now')
        > strftime('%Y-%m-%d %H:%M:%f', OLD.proposed_at, '+3 days');
END
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_after_retention
-- ;;
CREATE TRIGGER cases_erasure_after_retention BEFORE INSERT ON cases_erasure
BEGIN
  SELECT RAISE(ABORT, 'erasure: its retention has not ended')
  WHERE EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id
                  AND c.opened_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{RETENTION_DAYS} days'))
     OR EXISTS (SELECT 1 FROM authorizations_authorization a WHERE a.case_id = NEW.case_id
                  AND a.revoked_at IS NULL
                  AND a.valid_until > strftime('%Y-%m-%d %H:%M:%f', 'now'))
     OR EXISTS (SELECT 1 FROM inquiries_reply r
                JOIN inquiries_inquiry i ON i.id = r.inquiry_id
                JOIN commissions_commission c ON c.id = i.commission_id
                WHERE c.case_id = NEW.case_id
                  AND r.received_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{RETENTION_DAYS} days'))
     OR EXISTS (SELECT 1 FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND (r.drafted_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{RETENTION_DAYS} days')
                       OR r.valid_until >= date('now', '+8 hours')))
     OR EXISTS (SELECT 1 FROM reports_withholding w JOIN cases_member m ON m.id = w.member_id
                WHERE m.case_id = NEW.case_id AND w.confirmed_at IS NOT NULL
                  AND w.until > strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 days'));
END
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_still_after_retention
-- ;;
CREATE TRIGGER cases_erasure_still_after_retention BEFORE UPDATE ON cases_erasure
BEGIN
  SELECT RAISE(ABORT, 'erasure: its retention has not ended')
  WHERE EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id
                  AND c.opened_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{RETENTION_DAYS} days'))
     OR EXISTS (SELECT 1 FROM authorizations_authorization a WHERE a.case_id = NEW.case_id
                  AND a.revoked_at IS NULL
                  AND a.valid_until > strftime('%Y-%m-%d %H:%M:%f', 'now'))
     OR EXISTS (SELECT 1 FROM inquiries_reply r
                JOIN inquiries_inquiry i ON i.id = r.inquiry_id
                JOIN commissions_commission c ON c.id = i.commission_id
                WHERE c.case_id = NEW.case_id
                  AND r.received_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{RETENTION_DAYS} days'))
     OR EXISTS (SELECT 1 FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND (r.drafted_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{RETENTION_DAYS} days')
                       OR r.valid_until >= date('now', '+8 hours')))
     OR EXISTS (SELECT 1 FROM reports_withholding w JOIN cases_member m ON m.id = w.member_id
                WHERE m.case_id = NEW.case_id AND w.confirmed_at IS NOT NULL
                  AND w.until > strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 days'));
END
-- ;;
DROP TRIGGER IF EXISTS reports_sourcereview_is_of_a_discrepancy
-- ;;
CREATE TRIGGER reports_sourcereview_is_of_a_discrepancy BEFORE INSERT ON reports_sourcereview
BEGIN
  SELECT RAISE(ABORT, 'review: an officer looks into a discrepancy with the department asked')
  WHERE NEW.reviewed_by NOT LIKE 'officer:%' OR NEW.is_wrong <> (NEW.fault <> '')
     OR NOT EXISTS (SELECT 1 FROM reports_finding f
                    JOIN reports_report r ON r.id = f.report_id
                    JOIN inquiries_inquiry q ON q.commission_id = r.commission_id
                     AND q.member_id = f.member_id AND q.source = f.source
                    WHERE f.id = NEW.finding_id AND q.department_id = NEW.department_id
                      AND f.status IN ('inconsistent', 'awaiting_explanation'));
END
-- ;;
DROP TRIGGER IF EXISTS reports_correction_is_of_a_wrong_answer
-- ;;
CREATE TRIGGER reports_correction_is_of_a_wrong_answer BEFORE INSERT ON reports_correction
BEGIN
  SELECT RAISE(ABORT, 'correction: it is asked for where a source was found wrong, unanswered')
  WHERE NEW.outcome <> '' OR NEW.answered_at IS NOT NULL OR NEW.answered_by <> ''
     OR NOT EXISTS (SELECT 1 FROM reports_sourcereview v
                    JOIN inquiries_inquiry q ON q.department_id = v.department_id
                    WHERE v.id = NEW.review_id AND v.is_wrong AND q.id = NEW.inquiry_id);
END
-- ;;
DROP TRIGGER IF EXISTS reports_correction_is_answered_once
-- ;;
CREATE TRIGGER reports_correction_is_answered_once BEFORE UPDATE ON reports_correction
BEGIN
  SELECT RAISE(ABORT, 'correction: never changed, only answered once')
  WHERE NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.review_id <> OLD.review_id
     OR NEW.number <> OLD.number OR NEW.message <> OLD.message
     OR NEW.inquiry_id <> OLD.inquiry_id OR NEW.serial <> OLD.serial OR NEW.items <> OLD.items
     OR NEW.requested_at <> OLD.requested_at OR NEW.answer_until <> OLD.answer_until
     OR NEW.entry_id <> OLD.entry_id OR OLD.outcome <> '' OR NEW.outcome = ''
     OR NEW.answered_at IS NULL OR NEW.answered_by = '';
END
-- ;;
DROP TRIGGER IF EXISTS reports_delivery_is_of_an_issued_report
-- ;;
CREATE TRIGGER reports_delivery_is_of_an_issued_report BEFORE INSERT ON reports_delivery
BEGIN
  SELECT RAISE(ABORT, 'delivery: of an issued report, to a person of its case')
  WHERE NOT EXISTS (SELECT 1 FROM reports_report r
                    JOIN commissions_commission c ON c.id = r.commission_id
                    JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
                    WHERE r.id = NEW.report_id AND r.status = 'issued')
     OR NEW.recorded_by NOT LIKE 'officer:%';
  SELECT RAISE(ABORT, 'delivery: not in the future, nor before the report')
  WHERE NEW.delivered_on > date('now', '+8 hours')
     OR NEW.delivered_on < (SELECT date(r.issued_at, '+8 hours') FROM reports_report r
                            WHERE r.id = NEW.report_id);
  SELECT RAISE(ABORT, 'delivery: by text message only with the receipt of the gateway, to that person')
  WHERE NEW.way = 'message'
    AND NOT EXISTS (SELECT 1 FROM reports_sms s JOIN reports_phone p ON p.id = s.phone_id
                    WHERE s.about = NEW.report_id AND p.member_id = NEW.member_id
                      AND s.outcome = 'delivered'
                      AND date(s.told_at, '+8 hours') <= NEW.delivered_on);
  SELECT RAISE(ABORT, 'delivery: thirty days to object, unless a local rule says otherwise')
  WHERE NEW.objections_until < NEW.delivered_on
     OR NEW.ground = '' AND NEW.objections_until < date(NEW.delivered_on, '+30 days');
END
-- ;;
DROP TRIGGER IF EXISTS reports_phone_is_recorded_by_an_officer
-- ;;
CREATE TRIGGER reports_phone_is_recorded_by_an_officer BEFORE INSERT ON reports_phone
BEGIN
  SELECT RAISE(ABORT, 'phone: recorded by an officer, sealed')
  WHERE NEW.recorded_by NOT LIKE 'officer:%' OR length(NEW.content) = 0;
END
-- ;;
DROP TRIGGER IF EXISTS reports_sms_is_agreed_to
-- ;;
CREATE TRIGGER reports_sms_is_agreed_to BEFORE INSERT ON reports_sms
BEGIN
  SELECT RAISE(ABORT, 'sms: ordered by an officer, to who agreed and did not withdraw, not sent yet')
  WHERE NEW.requested_by NOT LIKE 'officer:%' OR NEW.taken_at IS NOT NULL OR NEW.outcome <> ''
     OR NEW.told_at IS NOT NULL
     OR NOT EXISTS (SELECT 1 FROM reports_phone p
                    WHERE p.id = NEW.phone_id AND p.agrees
                      AND NOT EXISTS (SELECT 1 FROM reports_phone n
                                      WHERE n.member_id = p.member_id AND n.id > p.id));
END
-- ;;
DROP TRIGGER IF EXISTS reports_sms_is_told_once
-- ;;
CREATE TRIGGER reports_sms_is_told_once BEFORE UPDATE ON reports_sms
BEGIN
  SELECT RAISE(ABORT, 'sms: never changed, only taken and told once')
  WHERE NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.phone_id <> OLD.phone_id
     OR NEW.about <> OLD.about OR NEW.requested_by <> OLD.requested_by
     OR NEW.requested_at <> OLD.requested_at OR NEW.entry_id <> OLD.entry_id
     OR OLD.outcome <> '' OR (OLD.taken_at IS NOT NULL AND NEW.taken_at IS NOT OLD.taken_at)
     OR NEW.outcome NOT IN ('', 'delivered', 'failed')
     OR (NEW.outcome <> '') <> (NEW.told_at IS NOT NULL)
     OR NEW.told_at < OLD.requested_at;
END
-- ;;
DROP TRIGGER IF EXISTS reports_report_follows_an_issued_one
-- ;;
CREATE TRIGGER reports_report_follows_an_issued_one BEFORE INSERT ON reports_report
BEGIN
  SELECT RAISE(ABORT, 'report: a new version follows an issued one')
  WHERE NEW.version > 1 AND NEW.status = 'draft'
    AND NOT EXISTS (SELECT 1 FROM reports_report r
                    WHERE r.commission_id = NEW.commission_id AND r.version = NEW.version - 1
                      AND r.status = 'issued');
END
-- ;;
DROP TRIGGER IF EXISTS reports_acceptance_is_of_a_draft
-- ;;
CREATE TRIGGER reports_acceptance_is_of_a_draft BEFORE INSERT ON reports_acceptance
BEGIN
  SELECT RAISE(ABORT, 'acceptance: of a finding of a draft, by an officer, for one of the causes')
  WHERE NEW.accepted_by NOT LIKE 'officer:%' OR length(NEW.content) = 0
     OR NEW.cause NOT IN ('identity', 'time', 'valuation', 'ownership', 'exempt', 'source_error', 'undeclared')
     OR NOT EXISTS (SELECT 1 FROM reports_finding f
                    JOIN reports_report r ON r.id = f.report_id AND r.status = 'draft'
                    WHERE f.id = NEW.finding_id);
  SELECT RAISE(ABORT, 'acceptance: undeclared only when every other cause is ruled out')
  WHERE NEW.cause = 'undeclared'
    AND 6 <> (SELECT count(DISTINCT x.value) FROM json_each(NEW.excluded) x
              WHERE x.value IN ('identity', 'time', 'valuation', 'ownership', 'exempt', 'source_error'));
  SELECT RAISE(ABORT, 'acceptance: undeclared only after the family was told and had its time to object')
  WHERE NEW.cause = 'undeclared'
    AND NOT EXISTS (SELECT 1 FROM reports_finding f
                    JOIN reports_report r ON r.id = f.report_id
                    JOIN reports_report b ON b.commission_id = r.commission_id
                                         AND b.version < r.version
                    JOIN reports_delivery d ON d.report_id = b.id
                    WHERE f.id = NEW.finding_id
                      AND d.objections_until < date('now', '+8 hours'));
END
