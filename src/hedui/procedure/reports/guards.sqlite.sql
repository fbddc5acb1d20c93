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
-- ;;
DROP TRIGGER IF EXISTS reports_withholding_has_an_end
-- ;;
CREATE TRIGGER reports_withholding_has_an_end BEFORE INSERT ON reports_withholding
BEGIN
  SELECT RAISE(ABORT, 'withholding: it begins now, unconfirmed')
  WHERE NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> ''
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
  WHERE OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL
     OR NEW.confirmed_by NOT LIKE 'officer:%' OR NEW.confirmed_by = OLD.proposed_by
     OR NEW.id <> OLD.id OR NEW.member_id <> OLD.member_id OR NEW.entries <> OLD.entries
     OR NEW.reason <> OLD.reason OR NEW.basis <> OLD.basis OR NEW.document <> OLD.document
     OR NEW.until <> OLD.until OR NEW.proposed_by <> OLD.proposed_by
     OR NEW.proposed_at <> OLD.proposed_at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid;
  SELECT RAISE(ABORT, 'withholding: confirmed within three days, or not at all')
  WHERE strftime('%Y-%m-%d %H:%M:%f', 'now')
        > strftime('%Y-%m-%d %H:%M:%f', OLD.proposed_at, '+3 days');
END
-- ;;
DROP TRIGGER IF EXISTS reports_withholding_is_never_deleted
-- ;;
CREATE TRIGGER reports_withholding_is_never_deleted BEFORE DELETE ON reports_withholding
BEGIN
  SELECT RAISE(ABORT, 'withholding: it is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS reports_withholding_is_never_replaced
-- ;;
CREATE TRIGGER reports_withholding_is_never_replaced BEFORE INSERT ON reports_withholding
BEGIN
  SELECT RAISE(ABORT, 'withholding: never changed, only confirmed once, by another')
  WHERE EXISTS (SELECT 1 FROM reports_withholding
                WHERE id = NEW.id OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS reports_owncode_is_never_changed
-- ;;
CREATE TRIGGER reports_owncode_is_never_changed BEFORE UPDATE ON reports_owncode
BEGIN
  SELECT RAISE(ABORT, 'code: it is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS reports_owncode_is_never_deleted
-- ;;
CREATE TRIGGER reports_owncode_is_never_deleted BEFORE DELETE ON reports_owncode
BEGIN
  SELECT RAISE(ABORT, 'code: it is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS reports_owncode_is_never_replaced
-- ;;
CREATE TRIGGER reports_owncode_is_never_replaced BEFORE INSERT ON reports_owncode
BEGIN
  SELECT RAISE(ABORT, 'code: it is never changed')
  WHERE EXISTS (SELECT 1 FROM reports_owncode
                WHERE id = NEW.id OR code = NEW.code OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_after_retention
-- ;;
CREATE TRIGGER cases_erasure_after_retention BEFORE INSERT ON cases_erasure
BEGIN
  SELECT RAISE(ABORT, 'erasure: its retention has not ended')
  WHERE EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id
                  AND c.opened_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 days'))
     OR EXISTS (SELECT 1 FROM authorizations_authorization a WHERE a.case_id = NEW.case_id
                  AND a.revoked_at IS NULL
                  AND a.valid_until > strftime('%Y-%m-%d %H:%M:%f', 'now'))
     OR EXISTS (SELECT 1 FROM inquiries_reply r
                JOIN inquiries_inquiry i ON i.id = r.inquiry_id
                JOIN commissions_commission c ON c.id = i.commission_id
                WHERE c.case_id = NEW.case_id
                  AND r.received_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 days'))
     OR EXISTS (SELECT 1 FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND (r.drafted_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 days')
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
                  AND c.opened_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 days'))
     OR EXISTS (SELECT 1 FROM authorizations_authorization a WHERE a.case_id = NEW.case_id
                  AND a.revoked_at IS NULL
                  AND a.valid_until > strftime('%Y-%m-%d %H:%M:%f', 'now'))
     OR EXISTS (SELECT 1 FROM inquiries_reply r
                JOIN inquiries_inquiry i ON i.id = r.inquiry_id
                JOIN commissions_commission c ON c.id = i.commission_id
                WHERE c.case_id = NEW.case_id
                  AND r.received_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 days'))
     OR EXISTS (SELECT 1 FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND (r.drafted_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-90 days')
                       OR r.valid_until >= date('now', '+8 hours')))
     OR EXISTS (SELECT 1 FROM reports_withholding w JOIN cases_member m ON m.id = w.member_id
                WHERE m.case_id = NEW.case_id AND w.confirmed_at IS NOT NULL
                  AND w.until > strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 days'));
END
