
DROP TRIGGER IF EXISTS objections_objection_is_of_an_issued_report
-- ;;
CREATE TRIGGER objections_objection_is_of_an_issued_report BEFORE INSERT ON objections_objection
BEGIN
  SELECT RAISE(ABORT, 'objection: of an issued report, by a person of its case')
  WHERE NOT EXISTS (SELECT 1 FROM reports_report r
                    JOIN commissions_commission c ON c.id = r.commission_id
                    JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
                    WHERE r.id = NEW.report_id AND r.status = 'issued');
  SELECT RAISE(ABORT, 'objection: in person, by who has signed in, to a report that was handed over, in time')
  WHERE NEW.taken_in_by LIKE 'person:%' AND NOT (
        NEW.taken_in_by = 'person:' || NEW.member_id
    AND NEW.received_on = date('now', '+8 hours')
    AND EXISTS (SELECT 1 FROM authorizations_signin s
                JOIN authorizations_enrolment n ON n.id = s.enrolment_id
                JOIN cases_member m ON m.id = n.member_id AND NOT m.replaced
                WHERE m.id = NEW.member_id
                  AND s.signed_in_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 minutes'))
    AND EXISTS (SELECT 1 FROM reports_delivery d
                WHERE d.report_id = NEW.report_id AND d.objections_until >= NEW.received_on)
    AND NOT EXISTS (SELECT 1 FROM reports_report r
                    JOIN reports_report newer ON newer.commission_id = r.commission_id
                     AND newer.version > r.version AND newer.status = 'issued'
                    WHERE r.id = NEW.report_id));
  SELECT RAISE(ABORT, 'objection: taken in by an officer who neither prepared nor signed the report')
  WHERE NEW.taken_in_by NOT LIKE 'person:%' AND NEW.taken_in_by NOT LIKE 'officer:%'
     OR EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id
                  AND NEW.taken_in_by IN ('officer:' || r.prepared_by_id,
                                          'officer:' || r.countersigned_by_id));
  SELECT RAISE(ABORT, 'objection: not received in the future, nor before the report')
  WHERE NEW.received_on > date('now', '+8 hours')
     OR NEW.received_on < (SELECT date(r.issued_at, '+8 hours') FROM reports_report r
                           WHERE r.id = NEW.report_id);
END
-- ;;
DROP TRIGGER IF EXISTS objections_contested_is_in_the_report
-- ;;
CREATE TRIGGER objections_contested_is_in_the_report BEFORE INSERT ON objections_contested
BEGIN
  SELECT RAISE(ABORT, 'contested: a finding of this report, not contested already')
  WHERE NOT EXISTS (SELECT 1 FROM objections_objection o
                    JOIN reports_finding f ON f.id = NEW.finding_id AND f.report_id = o.report_id
                    WHERE o.id = NEW.objection_id)
     OR EXISTS (SELECT 1 FROM objections_contested t WHERE t.finding_id = NEW.finding_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id));
  SELECT RAISE(ABORT, 'contested: in person, of oneself or a ward')
  WHERE EXISTS (SELECT 1 FROM objections_objection o
                JOIN reports_finding f ON f.id = NEW.finding_id
                WHERE o.id = NEW.objection_id AND o.taken_in_by LIKE 'person:%'
                  AND f.member_id <> o.member_id
                  AND NOT EXISTS (SELECT 1 FROM authorizations_guardianship g
                                  WHERE g.member_id = f.member_id AND g.guardian_id = o.member_id
                                    AND g.ended_at IS NULL));
END
-- ;;
DROP TRIGGER IF EXISTS objections_resolution_is_by_another
-- ;;
CREATE TRIGGER objections_resolution_is_by_another BEFORE INSERT ON objections_resolution
BEGIN
  SELECT RAISE(ABORT, 'resolution: by an officer who neither prepared nor signed the report nor took the objection in')
  WHERE NEW.resolved_by NOT LIKE 'officer:%'
     OR EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report r ON r.id = o.report_id
                WHERE t.id = NEW.contested_id
                  AND NEW.resolved_by IN (o.taken_in_by, 'officer:' || r.prepared_by_id,
                                          'officer:' || r.countersigned_by_id));
  SELECT RAISE(ABORT, 'resolution: one of four outcomes, with reasons, and with a cause where it is upheld')
  WHERE NEW.outcome NOT IN ('upheld', 'partly', 'not_upheld', 'withdrawn')
     OR NEW.outcome IN ('upheld', 'partly') AND NEW.cause NOT IN
        ('identity', 'time', 'valuation', 'ownership', 'exempt', 'source_error')
     OR NEW.outcome NOT IN ('upheld', 'partly') AND NEW.cause <> ''
     OR length(NEW.content) = 0;
END
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_not_while_objected_to
-- ;;
CREATE TRIGGER cases_erasure_not_while_objected_to BEFORE INSERT ON cases_erasure
BEGIN
  SELECT RAISE(ABORT, 'erasure: an objection is open')
  WHERE EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report r ON r.id = o.report_id
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id));
END
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_still_not_objected_to
-- ;;
CREATE TRIGGER cases_erasure_still_not_objected_to BEFORE UPDATE ON cases_erasure
BEGIN
  SELECT RAISE(ABORT, 'erasure: an objection is open')
  WHERE EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report r ON r.id = o.report_id
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE c.case_id = NEW.case_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id));
END
-- ;;
DROP TRIGGER IF EXISTS reports_report_waits_for_objections
-- ;;
CREATE TRIGGER reports_report_waits_for_objections BEFORE UPDATE ON reports_report
BEGIN
  SELECT RAISE(ABORT, 'report: no new version over an open objection')
  WHERE NEW.version > 1 AND NEW.status = 'issued' AND EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report r ON r.id = o.report_id
                WHERE r.commission_id = NEW.commission_id AND r.id <> NEW.id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id));
END
