DROP TRIGGER IF EXISTS determinations_determination_is_never_deleted
-- ;;
CREATE TRIGGER determinations_determination_is_never_deleted BEFORE DELETE ON determinations_determination
BEGIN
  SELECT RAISE(ABORT, 'determination: it is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_is_never_replaced
-- ;;
CREATE TRIGGER determinations_determination_is_never_replaced BEFORE INSERT ON determinations_determination
BEGIN
  SELECT RAISE(ABORT, 'determination: never changed, only confirmed once, by another')
  WHERE EXISTS (SELECT 1 FROM determinations_determination
                WHERE id = NEW.id
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_not_after_erasure
-- ;;
CREATE TRIGGER determinations_determination_not_after_erasure BEFORE INSERT ON determinations_determination
BEGIN
  SELECT RAISE(ABORT, 'case: it is erased, nothing is written to it any more')
  WHERE EXISTS (SELECT 1 FROM cases_erasure e WHERE e.confirmed_at IS NOT NULL
                  AND e.case_id = (SELECT c.case_id FROM reports_report r
                      JOIN commissions_commission c ON c.id = r.commission_id
                      WHERE r.id = NEW.report_id));
END
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_begins_proposed
-- ;;
CREATE TRIGGER determinations_determination_begins_proposed BEFORE INSERT ON determinations_determination
BEGIN
  SELECT RAISE(ABORT, 'determination: proposed by an officer with a post for it, on the report in force, unconfirmed')
  WHERE NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> '' OR length(NEW.content) = 0
     OR NEW.outcome NOT IN ('grant', 'refuse', 'reduce', 'stop')
     OR NOT EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id AND r.status = 'issued'
                      AND NOT EXISTS (SELECT 1 FROM reports_report n
                                      WHERE n.commission_id = r.commission_id
                                        AND n.version > r.version AND n.status = 'issued'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.proposed_by AND p.role = 'commission'
                      AND p.first_day <= date('now', '+8 hours') AND (p.last_day IS NULL OR p.last_day >= date('now', '+8 hours')));
  SELECT RAISE(ABORT, 'determination: who prepared or signed the report does not decide')
  WHERE EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id
                  AND NEW.proposed_by IN ('officer:' || r.prepared_by_id,
                                'officer:' || r.countersigned_by_id));
  SELECT RAISE(ABORT, 'determination: an adverse one rests on discrepancies of the report, not on silence nor on hold')
  WHERE NEW.outcome <> 'grant'
    AND (json_array_length(NEW.findings) = 0
         OR EXISTS (SELECT 1 FROM json_each(NEW.findings) x
                    WHERE NOT EXISTS (SELECT 1 FROM reports_finding f
                                      WHERE f.report_id = NEW.report_id
                                        AND f.position = x.value
                                        AND f.status = 'inconsistent'))
         OR EXISTS (SELECT 1 FROM json_each(NEW.findings) x
                    JOIN reports_finding f ON f.report_id = NEW.report_id AND f.position = x.value
                    JOIN reports_report r ON r.id = f.report_id
                    JOIN reports_report b ON b.commission_id = r.commission_id
                    JOIN objections_objection o ON o.report_id = b.id
                    JOIN objections_contested t ON t.objection_id = o.id
                    JOIN reports_finding g ON g.id = t.finding_id AND g.member_id = f.member_id
                                          AND g.source = f.source AND g.item = f.item
                    WHERE NOT EXISTS (SELECT 1 FROM objections_resolution s
                                      WHERE s.contested_id = t.id)));
END
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_is_confirmed_by_another
-- ;;
CREATE TRIGGER determinations_determination_is_confirmed_by_another BEFORE UPDATE ON determinations_determination
BEGIN
  SELECT RAISE(ABORT, 'determination: never changed, only confirmed once, by another')
  WHERE NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.report_id <> OLD.report_id
     OR NEW.outcome <> OLD.outcome OR NEW.findings <> OLD.findings OR NEW.apart <> OLD.apart
     OR NEW.content <> OLD.content OR NEW.proposed_by <> OLD.proposed_by
     OR NEW.proposed_at <> OLD.proposed_at OR NEW.entry_id <> OLD.entry_id
     OR OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL
     OR NEW.confirmed_by = OLD.proposed_by OR NEW.confirmed_by NOT LIKE 'officer:%';
  SELECT RAISE(ABORT, 'determination: proposed by an officer with a post for it, on the report in force, unconfirmed')
  WHERE NOT EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id AND r.status = 'issued'
                      AND NOT EXISTS (SELECT 1 FROM reports_report n
                                      WHERE n.commission_id = r.commission_id
                                        AND n.version > r.version AND n.status = 'issued'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.confirmed_by AND p.role = 'commission'
                      AND p.first_day <= date('now', '+8 hours') AND (p.last_day IS NULL OR p.last_day >= date('now', '+8 hours')));
  SELECT RAISE(ABORT, 'determination: who prepared or signed the report does not decide')
  WHERE EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id
                  AND NEW.confirmed_by IN ('officer:' || r.prepared_by_id,
                                'officer:' || r.countersigned_by_id));
  SELECT RAISE(ABORT, 'determination: an adverse one waits until the family was told and its time to object is over')
  WHERE NEW.outcome <> 'grant'
    AND NOT EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id)
     OR NEW.outcome <> 'grant'
    AND EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id
                  AND d.objections_until >= date('now', '+8 hours'));
  SELECT RAISE(ABORT, 'determination: an adverse one waits until no objection is open')
  WHERE NEW.outcome <> 'grant' AND EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report b ON b.id = o.report_id
                JOIN reports_report r ON r.commission_id = b.commission_id
                WHERE r.id = NEW.report_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id));
  SELECT RAISE(ABORT, 'determination: an adverse one is confirmed apart from the source, with a paper')
  WHERE NEW.outcome <> 'grant'
    AND (NEW.apart NOT IN ('visit', 'statement', 'paper', 'source')
         OR NOT EXISTS (SELECT 1 FROM cases_exhibit e WHERE e.about = NEW.id));
END
