
DROP TRIGGER IF EXISTS determinations_determination_begins_proposed
-- ;;
CREATE TRIGGER determinations_determination_begins_proposed BEFORE INSERT ON determinations_determination
BEGIN
  SELECT RAISE(ABORT, 'determination: proposed by an officer with a post for it, on the report in force, unconfirmed')
  WHERE NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> '' OR length(NEW.content) = 0
     OR NEW.outcome NOT IN ('grant', 'increase', 'refuse', 'reduce', 'stop')
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
  SELECT RAISE(ABORT, 'determination: another system has decided on this order')
  WHERE EXISTS (SELECT 1 FROM cases_step s JOIN reports_report r ON r.id = NEW.report_id
                WHERE s.kind = 'hear' AND s.about = r.commission_id);
  SELECT RAISE(ABORT, 'determination: only what was granted is increased')
  WHERE NEW.outcome = 'increase'
    AND NOT EXISTS (SELECT 1 FROM determinations_determination d
                    JOIN reports_report r ON r.id = d.report_id
                    JOIN commissions_commission c ON c.id = r.commission_id
                    JOIN commissions_commission n ON n.case_id = c.case_id
                    JOIN reports_report m ON m.commission_id = n.id
                    WHERE m.id = NEW.report_id AND d.confirmed_at IS NOT NULL
                      AND d.outcome IN ('grant', 'increase', 'reduce'));
  SELECT RAISE(ABORT, 'determination: an adverse one rests on discrepancies of the report, not on silence nor on hold')
  WHERE NEW.outcome NOT IN ('grant', 'increase') AND NEW.basis NOT IN ('finding', 'declaration')
     OR NEW.basis = 'declaration' AND json_array_length(NEW.findings) > 0
     OR NEW.basis = 'finding'
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
  SELECT RAISE(ABORT, 'determination: an adverse one does not rest on what was explained or objected to with success')
  WHERE NEW.basis = 'finding' AND EXISTS (SELECT 1 FROM json_each(NEW.findings) x
                JOIN reports_finding f ON f.report_id = NEW.report_id AND f.position = x.value
                WHERE (SELECT a.cause FROM reports_acceptance a WHERE a.finding_id = f.id
                       ORDER BY a.id DESC LIMIT 1) IN ('identity', 'source_error')
                   OR EXISTS (SELECT 1 FROM objections_contested t
                              JOIN objections_resolution s ON s.contested_id = t.id
                              WHERE t.finding_id = f.id AND s.outcome IN ('upheld', 'partly')));
  SELECT RAISE(ABORT, 'determination: who stands back from the case does not decide')
  WHERE EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id)
                  AND s.kind = 'stand_back' AND s.officer IN (NEW.proposed_by, NEW.confirmed_by));
END
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_is_confirmed_by_another
-- ;;
CREATE TRIGGER determinations_determination_is_confirmed_by_another BEFORE UPDATE ON determinations_determination
BEGIN
  SELECT RAISE(ABORT, 'determination: never changed, only confirmed once, by another')
  WHERE NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.report_id <> OLD.report_id
     OR NEW.outcome <> OLD.outcome OR NEW.findings <> OLD.findings OR NEW.apart <> OLD.apart
     OR NEW.basis <> OLD.basis OR NEW.publishes <> OLD.publishes
     OR NEW.first_month IS NOT OLD.first_month
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
  SELECT RAISE(ABORT, 'determination: a later one has taken its place')
  WHERE EXISTS (SELECT 1 FROM determinations_determination d
                JOIN reports_report r ON r.id = d.report_id
                JOIN commissions_commission c ON c.id = r.commission_id
                JOIN commissions_commission n ON n.case_id = c.case_id
                JOIN reports_report m ON m.commission_id = n.id
                WHERE m.id = NEW.report_id AND d.id > NEW.id);
  SELECT RAISE(ABORT, 'determination: an adverse one waits until the family was told and its time to object is over')
  WHERE NEW.outcome NOT IN ('grant', 'increase')
    AND NOT EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id)
     OR NEW.outcome NOT IN ('grant', 'increase')
    AND EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id
                  AND d.objections_until >= date('now', '+8 hours'));
  SELECT RAISE(ABORT, 'determination: an adverse one waits until no objection is open')
  WHERE NEW.outcome NOT IN ('grant', 'increase') AND EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report b ON b.id = o.report_id
                JOIN reports_report r ON r.commission_id = b.commission_id
                WHERE r.id = NEW.report_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id));
  SELECT RAISE(ABORT, 'determination: an adverse one is confirmed apart from the source, with a paper')
  WHERE NEW.outcome NOT IN ('grant', 'increase')
    AND (NEW.apart NOT IN ('visit', 'statement', 'paper', 'source')
         OR NEW.basis = 'declaration' AND NEW.apart = 'source'
         OR NOT EXISTS (SELECT 1 FROM cases_exhibit e WHERE e.about = NEW.id));
  SELECT RAISE(ABORT, 'determination: an adverse one does not rest on what was explained or objected to with success')
  WHERE NEW.basis = 'finding' AND EXISTS (SELECT 1 FROM json_each(NEW.findings) x
                JOIN reports_finding f ON f.report_id = NEW.report_id AND f.position = x.value
                WHERE (SELECT a.cause FROM reports_acceptance a WHERE a.finding_id = f.id
                       ORDER BY a.id DESC LIMIT 1) IN ('identity', 'source_error')
                   OR EXISTS (SELECT 1 FROM objections_contested t
                              JOIN objections_resolution s ON s.contested_id = t.id
                              WHERE t.finding_id = f.id AND s.outcome IN ('upheld', 'partly')));
  SELECT RAISE(ABORT, 'determination: who stands back from the case does not decide')
  WHERE EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id)
                  AND s.kind = 'stand_back' AND s.officer IN (NEW.proposed_by, NEW.confirmed_by));
  SELECT RAISE(ABORT, 'determination: an adverse one is confirmed by who opened the report')
  WHERE NEW.outcome NOT IN ('grant', 'increase')
    AND NOT EXISTS (SELECT 1 FROM record_entry e WHERE e.act = 'reports.consult'
                      AND e.actor = NEW.confirmed_by AND e."case" = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id));
  SELECT RAISE(ABORT, 'determination: an adverse one is confirmed by who opened every paper it rests on')
  WHERE NEW.outcome NOT IN ('grant', 'increase')
    AND EXISTS (SELECT 1 FROM cases_exhibit x WHERE x.about = NEW.id
                  AND NOT EXISTS (SELECT 1 FROM record_entry e
                                  WHERE e.act = 'objections.consult_exhibit'
                                    AND e.actor = NEW.confirmed_by AND e."case" = x.case_id
                                    AND instr(replace(e.content, '-', ''), x.id) > 0));
  SELECT RAISE(ABORT, 'determination: nobody confirms more than fifty adverse ones in a day')
  WHERE NEW.outcome NOT IN ('grant', 'increase')
    AND 50 <= (SELECT count(*) FROM determinations_determination d
               WHERE d.confirmed_by = NEW.confirmed_by AND d.outcome NOT IN ('grant', 'increase')
                 AND date(d.confirmed_at, '+8 hours') = date('now', '+8 hours'));
  SELECT RAISE(ABORT, 'determination: who took the case in does not confirm')
  WHERE (EXISTS (SELECT 1 FROM cases_case c JOIN record_entry e ON e.id = c.entry_id
                WHERE c.id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id) AND e.actor = NEW.confirmed_by)
         OR EXISTS (SELECT 1 FROM cases_declaration d JOIN record_entry e ON e.id = d.entry_id
                    WHERE d.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id) AND e.actor = NEW.confirmed_by)
         OR EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id) AND s.kind = 'accept'
                      AND s.recorded_by = NEW.confirmed_by));
  SELECT RAISE(ABORT, 'determination: what is published first waits until its days are over and no objection to it is open')
  WHERE NEW.publishes
    AND (NOT EXISTS (SELECT 1 FROM cases_step s WHERE s.about = NEW.id AND s.kind = 'publish')
         OR EXISTS (SELECT 1 FROM cases_step s WHERE s.about = NEW.id AND s.kind = 'publish'
                      AND s.last_day >= date('now', '+8 hours'))
         OR EXISTS (SELECT 1 FROM cases_step s
                    JOIN cases_step t ON t.about = s.id AND t.kind = 'protest'
                    WHERE s.about = NEW.id AND s.kind = 'publish'
                      AND NOT EXISTS (SELECT 1 FROM cases_step u
                                      WHERE u.about = t.id AND u.kind = 'dismiss')));
END
-- ;;
DROP TRIGGER IF EXISTS cases_step_follows_the_course
-- ;;
CREATE TRIGGER cases_step_follows_the_course BEFORE INSERT ON cases_step
BEGIN
  SELECT RAISE(ABORT, 'step: of a known kind, by an officer with a post, on a day it can have been')
  WHERE NEW.kind NOT IN ('supplement', 'supply', 'accept', 'turn_down', 'confirm_turning_down', 'stand_back',
                       'visit', 'interview', 'review', 'publish', 'protest', 'dismiss', 'uphold', 'notify', 'pay',
                       'recheck', 'phase_out', 'end', 'hear', 'pause', 'resume', 'extend', 'archive')
     OR length(NEW.content) = 0 OR NEW.last_day < NEW.first_day
     OR (NEW.first_day > date('now', '+8 hours') AND NEW.kind NOT IN ('publish', 'pay', 'phase_out', 'end'))
     OR (NEW.last_day IS NULL AND NEW.kind IN ('supplement', 'publish', 'phase_out'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.recorded_by AND p.role IN ('intake', 'commission', 'verify', 'countersign')
                      AND p.first_day <= date('now', '+8 hours') AND (p.last_day IS NULL OR p.last_day >= date('now', '+8 hours')));
  SELECT RAISE(ABORT, 'step: who stands back from a case takes no further part in it')
  WHERE NEW.kind <> 'stand_back'
    AND EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'stand_back'
                  AND s.officer IN (NEW.recorded_by, NEW.officer))
     OR NEW.kind = 'stand_back' AND NEW.officer NOT LIKE 'officer:%';
  SELECT RAISE(ABORT, 'step: archived, nothing more is done')
  WHERE EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'archive');
  SELECT RAISE(ABORT, 'step: it follows upon what it is about, in its case')
  WHERE NEW.kind IN ('supply', 'confirm_turning_down', 'protest', 'dismiss', 'uphold', 'resume', 'recheck')
    AND NOT EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.id = NEW.about AND s.case_id = NEW.case_id
                      AND s.kind = CASE NEW.kind WHEN 'supply' THEN 'supplement'
                          WHEN 'confirm_turning_down' THEN 'turn_down' WHEN 'protest' THEN 'publish'
                          WHEN 'resume' THEN 'pause' WHEN 'recheck' THEN 'pay' ELSE 'protest' END)
     OR NEW.kind IN ('publish', 'notify', 'pay', 'phase_out', 'end')
    AND NOT EXISTS (SELECT 1 FROM determinations_determination d
                    JOIN reports_report r ON r.id = d.report_id
                    JOIN commissions_commission c ON c.id = r.commission_id
                    WHERE d.id = NEW.about AND c.case_id = NEW.case_id
                      AND CASE NEW.kind WHEN 'publish' THEN d.confirmed_at IS NULL
                          WHEN 'notify' THEN d.confirmed_at IS NOT NULL
                          WHEN 'pay' THEN d.confirmed_at IS NOT NULL AND d.outcome IN ('grant', 'increase', 'reduce')
                          ELSE d.confirmed_at IS NOT NULL AND d.outcome = 'stop' END);
  SELECT RAISE(ABORT, 'step: what is missing is asked for once, before verification is ordered')
  WHERE NEW.kind = 'supplement'
    AND (EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'supplement')
         OR EXISTS (SELECT 1 FROM commissions_commission c WHERE c.case_id = NEW.case_id));
  SELECT RAISE(ABORT, 'step: nobody is turned down but by two officers, for a reason that stands')
  WHERE NEW.kind IN ('turn_down', 'confirm_turning_down')
    AND EXISTS (SELECT 1 FROM commissions_commission c WHERE c.case_id = NEW.case_id)
     OR NEW.kind = 'turn_down' AND NEW.word NOT IN ('not_here', 'not_complete', 'withdrawn')
     OR NEW.kind = 'confirm_turning_down'
    AND EXISTS (SELECT 1 FROM cases_step s WHERE s.id = NEW.about
                  AND (s.recorded_by = NEW.recorded_by OR s.word <> NEW.word))
     OR NEW.kind IN ('turn_down', 'confirm_turning_down') AND NEW.word = 'not_complete'
    AND NOT EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id AND s.kind = 'supplement' AND s.last_day < date('now', '+8 hours')
                      AND NOT EXISTS (SELECT 1 FROM cases_step t
                                      WHERE t.about = s.id AND t.kind = 'supply'));
  SELECT RAISE(ABORT, 'step: nothing is accepted while papers are asked for')
  WHERE NEW.kind = 'accept'
    AND EXISTS (SELECT 1 FROM cases_step s
                WHERE s.case_id = NEW.case_id AND s.kind = 'supplement'
                  AND NOT EXISTS (SELECT 1 FROM cases_step t
                                  WHERE t.about = s.id AND t.kind = 'supply'));
  SELECT RAISE(ABORT, 'step: a family is visited by two officers')
  WHERE NEW.kind IN ('visit', 'interview')
    AND (NEW.officer = NEW.recorded_by
         OR NOT EXISTS (SELECT 1 FROM agencies_officer f
                        WHERE f.is_active AND 'officer:' || f.id = NEW.officer));
  SELECT RAISE(ABORT, 'step: aid is lowered or ends only after the decision was delivered, and not before its phase-out is over')
  WHERE (NEW.kind = 'end'
      OR NEW.kind = 'pay' AND EXISTS (SELECT 1 FROM determinations_determination d
                                      WHERE d.id = NEW.about AND d.outcome = 'reduce'))
    AND NOT EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.about = NEW.about AND s.kind = 'notify' AND s.first_day <= NEW.first_day)
     OR NEW.kind = 'end'
    AND EXISTS (SELECT 1 FROM cases_step s
                WHERE s.about = NEW.about AND s.kind = 'phase_out' AND s.last_day >= NEW.first_day);
  SELECT RAISE(ABORT, 'step: a term is extended once, by who orders, and paused once at a time')
  WHERE NEW.kind = 'extend'
    AND (NEW.days = 0 OR NEW.clock = ''
         OR EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id AND s.kind = 'extend' AND s.clock = NEW.clock
                      AND s.about IS NEW.about)
         OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.recorded_by AND p.role IN ('commission')
                      AND p.first_day <= date('now', '+8 hours') AND (p.last_day IS NULL OR p.last_day >= date('now', '+8 hours'))))
     OR NEW.kind = 'pause'
    AND (NEW.clock = '' OR NEW.word NOT IN ('requery', 'appraisal', 'objection', 'other')
         OR EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id AND s.kind = 'pause' AND s.clock = NEW.clock
                      AND NOT EXISTS (SELECT 1 FROM cases_step t
                                      WHERE t.about = s.id AND t.kind = 'resume')));
  SELECT RAISE(ABORT, 'step: what another system decided is told by the one admitted to, of its own newest order, where nothing is proposed here')
  WHERE NEW.kind = 'hear'
    AND (NEW.word NOT IN ('granted', 'once', 'refused', 'stopped')
         OR NOT EXISTS (SELECT 1 FROM agencies_client k
                        JOIN commissions_commission c ON c.id = NEW.about AND c.case_id = NEW.case_id
                         AND c.agency_id = k.agency_id
                        WHERE 'officer:' || k.officer_id = NEW.recorded_by AND k.decides
                          AND k.ended_at IS NULL
                          AND NOT EXISTS (SELECT 1 FROM commissions_commission n
                                          WHERE n.case_id = c.case_id
                                            AND (n.commissioned_at, n.id) > (c.commissioned_at, c.id)))
         OR EXISTS (SELECT 1 FROM determinations_determination d
                    JOIN reports_report r ON r.id = d.report_id WHERE r.commission_id = NEW.about));
  SELECT RAISE(ABORT, 'step: another system decides nothing while an objection is open, nor against a family before its time to object is over')
  WHERE NEW.kind = 'hear'
    AND (EXISTS (SELECT 1 FROM objections_contested t
                 JOIN objections_objection o ON o.id = t.objection_id
                 JOIN reports_report r ON r.id = o.report_id
                 WHERE r.commission_id = NEW.about
                   AND NOT EXISTS (SELECT 1 FROM objections_resolution s WHERE s.contested_id = t.id))
         OR NEW.word IN ('refused', 'stopped')
        AND ((SELECT max(d.objections_until) FROM reports_delivery d
              JOIN reports_report r ON r.id = d.report_id
              WHERE r.commission_id = NEW.about
                AND r.version = (SELECT max(n.version) FROM reports_report n
                                 WHERE n.commission_id = NEW.about)) < NEW.first_day) IS NOT TRUE);
  SELECT RAISE(ABORT, 'step: only what is over is archived')
  WHERE NEW.kind = 'archive'
    AND NOT EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id
                      AND (s.kind IN ('confirm_turning_down', 'end')
                           OR s.kind = 'hear' AND s.word <> 'granted'
                           OR s.kind = 'notify'
                          AND EXISTS (SELECT 1 FROM determinations_determination d
                                      WHERE d.id = s.about AND d.outcome = 'refuse')));
  SELECT RAISE(ABORT, 'step: the course does not lead there from where the case stands')
  WHERE {COURSE};
END
-- ;;
DROP TRIGGER IF EXISTS record_entry_not_by_who_stands_back
-- ;;
CREATE TRIGGER record_entry_not_by_who_stands_back BEFORE INSERT ON record_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger: who stands back from a case takes no further part in it')
  WHERE NEW.act <> 'determinations.stand_back'
    AND EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW."case" AND s.kind = 'stand_back'
                  AND s.officer = NEW.actor);
END
-- ;;
DROP TRIGGER IF EXISTS cases_declaration_is_closed_once_frozen
-- ;;
CREATE TRIGGER cases_declaration_is_closed_once_frozen BEFORE INSERT ON cases_declaration
BEGIN
  SELECT RAISE(ABORT, 'declaration: frozen, no further version')
  WHERE {FROZEN};
  SELECT RAISE(ABORT, 'declaration: it is frozen by a commission, later')
  WHERE NEW.frozen_at IS NOT NULL;
END
-- ;;
DROP TRIGGER IF EXISTS cases_case_stands_once_frozen
-- ;;
CREATE TRIGGER cases_case_stands_once_frozen BEFORE UPDATE ON cases_case
BEGIN
  SELECT RAISE(ABORT, 'case: the declaration is frozen, what it was opened for stands')
  WHERE (NEW.programme, NEW.division, NEW.applied_on, NEW.applicant_masked, NEW.applicant_index, NEW.draft)
        IS NOT (OLD.programme, OLD.division, OLD.applied_on, OLD.applicant_masked, OLD.applicant_index, OLD.draft)
    AND NOT EXISTS (SELECT 1 FROM cases_erasure e
                    WHERE e.case_id = OLD.id AND e.confirmed_at IS NOT NULL)
    AND {CASE_FROZEN};
END
-- ;;
DROP TRIGGER IF EXISTS cases_member_joins_before_the_freeze
-- ;;
CREATE TRIGGER cases_member_joins_before_the_freeze BEFORE INSERT ON cases_member
BEGIN
  SELECT RAISE(ABORT, 'member: the declaration is frozen, nobody is added to the household')
  WHERE {FROZEN};
END
-- ;;
DROP TRIGGER IF EXISTS cases_member_keeps_its_place
-- ;;
CREATE TRIGGER cases_member_keeps_its_place BEFORE UPDATE ON cases_member
BEGIN
  SELECT RAISE(ABORT, 'member: a person is never changed, only replaced')
  WHERE (NEW.position <> OLD.position OR NEW.relation <> OLD.relation)
    AND {FROZEN};
END
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_of_what_was_accepted
-- ;;
CREATE TRIGGER commissions_commission_of_what_was_accepted BEFORE INSERT ON commissions_commission
BEGIN
  SELECT RAISE(ABORT, 'commission: not while papers are asked for, nor of a case that was turned down')
  WHERE EXISTS (SELECT 1 FROM cases_step s
                WHERE s.case_id = NEW.case_id
                  AND (s.kind IN ('confirm_turning_down', 'archive')
                       OR s.kind = 'supplement'
                      AND NOT EXISTS (SELECT 1 FROM cases_step t
                                      WHERE t.case_id = s.case_id AND t.kind = 'accept')));
  SELECT RAISE(ABORT, 'commission: the case is decided, and no aid is paid')
  WHERE EXISTS (SELECT 1 FROM commissions_commission c
                WHERE c.case_id = NEW.case_id AND c.closed_at IS NOT NULL)
    AND {UNAIDED};
END
-- ;;
DROP TRIGGER IF EXISTS reports_report_not_signed_by_who_took_in
-- ;;
CREATE TRIGGER reports_report_not_signed_by_who_took_in BEFORE UPDATE ON reports_report
BEGIN
  SELECT RAISE(ABORT, 'report: who took the case in, or stands back from it, does not sign')
  WHERE NEW.countersigned_by_id IS NOT NULL AND (EXISTS (SELECT 1 FROM cases_case c JOIN record_entry e ON e.id = c.entry_id
                WHERE c.id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id) AND e.actor = 'officer:' || NEW.countersigned_by_id)
         OR EXISTS (SELECT 1 FROM cases_declaration d JOIN record_entry e ON e.id = d.entry_id
                    WHERE d.case_id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id) AND e.actor = 'officer:' || NEW.countersigned_by_id)
         OR EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id) AND s.kind = 'accept'
                      AND s.recorded_by = 'officer:' || NEW.countersigned_by_id))
     OR EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id)
                  AND s.kind = 'stand_back' AND s.officer IN ('officer:' || NEW.prepared_by_id, 'officer:' || NEW.countersigned_by_id));
END
