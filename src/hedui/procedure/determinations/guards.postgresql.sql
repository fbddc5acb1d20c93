
CREATE OR REPLACE FUNCTION hedui_determination_begins_proposed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  day_ date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  -- Who objects locks the report: of the two, one waits and then sees the other.
  PERFORM 1 FROM reports_report r WHERE r.id = NEW.report_id FOR NO KEY UPDATE;
  IF NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> '' OR length(NEW.content) = 0
     OR NEW.outcome NOT IN ('grant', 'increase', 'refuse', 'reduce', 'stop')
     OR NOT EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id AND r.status = 'issued'
                      AND NOT EXISTS (SELECT 1 FROM reports_report n
                                      WHERE n.commission_id = r.commission_id
                                        AND n.version > r.version AND n.status = 'issued'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.proposed_by AND p.role = 'commission'
                      AND p.first_day <= day_ AND (p.last_day IS NULL OR p.last_day >= day_)) THEN
    RAISE EXCEPTION 'determination: proposed by an officer with a post for it, on the report in force, unconfirmed'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id
                  AND NEW.proposed_by IN ('officer:' || r.prepared_by_id,
                                'officer:' || r.countersigned_by_id)) THEN
    RAISE EXCEPTION 'determination: who prepared or signed the report does not decide'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM cases_step s JOIN reports_report r ON r.id = NEW.report_id
                WHERE s.kind = 'hear' AND s.about = r.commission_id) THEN
    RAISE EXCEPTION 'determination: another system has decided on this order' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome = 'increase'
    AND NOT EXISTS (SELECT 1 FROM determinations_determination d
                    JOIN reports_report r ON r.id = d.report_id
                    JOIN commissions_commission c ON c.id = r.commission_id
                    JOIN commissions_commission n ON n.case_id = c.case_id
                    JOIN reports_report m ON m.commission_id = n.id
                    WHERE m.id = NEW.report_id AND d.confirmed_at IS NOT NULL
                      AND d.outcome IN ('grant', 'increase', 'reduce')) THEN
    RAISE EXCEPTION 'determination: only what was granted is increased'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('grant', 'increase') AND NEW.basis NOT IN ('finding', 'declaration')
     OR NEW.basis = 'declaration' AND jsonb_array_length(NEW.findings) > 0
     OR NEW.basis = 'finding'
    AND (jsonb_array_length(NEW.findings) = 0
         OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.findings) x
                    WHERE NOT EXISTS (SELECT 1 FROM reports_finding f
                                      WHERE f.report_id = NEW.report_id
                                        AND f.position = x.value::int
                                        AND f.status = 'inconsistent'))
         OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.findings) x
                    JOIN reports_finding f ON f.report_id = NEW.report_id AND f.position = x.value::int
                    JOIN reports_report r ON r.id = f.report_id
                    JOIN reports_report b ON b.commission_id = r.commission_id
                    JOIN objections_objection o ON o.report_id = b.id
                    JOIN objections_contested t ON t.objection_id = o.id
                    JOIN reports_finding g ON g.id = t.finding_id AND g.member_id = f.member_id
                                          AND g.source = f.source AND g.item = f.item
                    WHERE NOT EXISTS (SELECT 1 FROM objections_resolution s
                                      WHERE s.contested_id = t.id))) THEN
    RAISE EXCEPTION 'determination: an adverse one rests on discrepancies of the report, not on silence nor on hold'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.basis = 'finding' AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.findings) x
                JOIN reports_finding f ON f.report_id = NEW.report_id AND f.position = x.value::int
                WHERE (SELECT a.cause FROM reports_acceptance a WHERE a.finding_id = f.id
                       ORDER BY a.id DESC LIMIT 1) IN ('identity', 'source_error')
                   OR EXISTS (SELECT 1 FROM objections_contested t
                              JOIN objections_resolution s ON s.contested_id = t.id
                              WHERE t.finding_id = f.id AND s.outcome IN ('upheld', 'partly'))) THEN
    RAISE EXCEPTION 'determination: an adverse one does not rest on what was explained or objected to with success'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id)
                  AND s.kind = 'stand_back' AND s.officer IN (NEW.proposed_by, NEW.confirmed_by)) THEN
    RAISE EXCEPTION 'determination: who stands back from the case does not decide'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_begins_proposed ON determinations_determination
-- ;;
CREATE TRIGGER determinations_determination_begins_proposed BEFORE INSERT ON determinations_determination
FOR EACH ROW EXECUTE FUNCTION hedui_determination_begins_proposed()
-- ;;
CREATE OR REPLACE FUNCTION hedui_determination_is_confirmed_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  day_ date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  -- Who objects locks the report: of the two, one waits and then sees the other.
  PERFORM 1 FROM reports_report r WHERE r.id = NEW.report_id FOR NO KEY UPDATE;
  IF to_jsonb(NEW) - '{confirmed_by,confirmed_at}'::text[] <> to_jsonb(OLD) - '{confirmed_by,confirmed_at}'::text[]
     OR OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL
     OR NEW.confirmed_by = OLD.proposed_by OR NEW.confirmed_by NOT LIKE 'officer:%' THEN
    RAISE EXCEPTION 'determination: never changed, only confirmed once, by another'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id AND r.status = 'issued'
                      AND NOT EXISTS (SELECT 1 FROM reports_report n
                                      WHERE n.commission_id = r.commission_id
                                        AND n.version > r.version AND n.status = 'issued'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.confirmed_by AND p.role = 'commission'
                      AND p.first_day <= day_ AND (p.last_day IS NULL OR p.last_day >= day_)) THEN
    RAISE EXCEPTION 'determination: proposed by an officer with a post for it, on the report in force, unconfirmed'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id
                  AND NEW.confirmed_by IN ('officer:' || r.prepared_by_id,
                                'officer:' || r.countersigned_by_id)) THEN
    RAISE EXCEPTION 'determination: who prepared or signed the report does not decide'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM determinations_determination d
                JOIN reports_report r ON r.id = d.report_id
                JOIN commissions_commission c ON c.id = r.commission_id
                JOIN commissions_commission n ON n.case_id = c.case_id
                JOIN reports_report m ON m.commission_id = n.id
                WHERE m.id = NEW.report_id AND d.id > NEW.id) THEN
    RAISE EXCEPTION 'determination: a later one has taken its place'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('grant', 'increase')
    AND NOT EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id)
     OR NEW.outcome NOT IN ('grant', 'increase')
    AND EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id
                  AND d.objections_until >= day_) THEN
    RAISE EXCEPTION 'determination: an adverse one waits until the family was told and its time to object is over'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('grant', 'increase') AND EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report b ON b.id = o.report_id
                JOIN reports_report r ON r.commission_id = b.commission_id
                WHERE r.id = NEW.report_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id)) THEN
    RAISE EXCEPTION 'determination: an adverse one waits until no objection is open'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('grant', 'increase')
    AND (NEW.apart NOT IN ('visit', 'statement', 'paper', 'source')
         OR NEW.basis = 'declaration' AND NEW.apart = 'source'
         OR NOT EXISTS (SELECT 1 FROM cases_exhibit e WHERE e.about = NEW.id)) THEN
    RAISE EXCEPTION 'determination: an adverse one is confirmed apart from the source, with a paper'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.basis = 'finding' AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.findings) x
                JOIN reports_finding f ON f.report_id = NEW.report_id AND f.position = x.value::int
                WHERE (SELECT a.cause FROM reports_acceptance a WHERE a.finding_id = f.id
                       ORDER BY a.id DESC LIMIT 1) IN ('identity', 'source_error')
                   OR EXISTS (SELECT 1 FROM objections_contested t
                              JOIN objections_resolution s ON s.contested_id = t.id
                              WHERE t.finding_id = f.id AND s.outcome IN ('upheld', 'partly'))) THEN
    RAISE EXCEPTION 'determination: an adverse one does not rest on what was explained or objected to with success'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id)
                  AND s.kind = 'stand_back' AND s.officer IN (NEW.proposed_by, NEW.confirmed_by)) THEN
    RAISE EXCEPTION 'determination: who stands back from the case does not decide'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('grant', 'increase')
    AND NOT EXISTS (SELECT 1 FROM record_entry e WHERE e.act = 'reports.consult'
                      AND e.actor = NEW.confirmed_by AND e."case" = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id)) THEN
    RAISE EXCEPTION 'determination: an adverse one is confirmed by who opened the report'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('grant', 'increase')
    AND EXISTS (SELECT 1 FROM cases_exhibit x WHERE x.about = NEW.id
                  AND NOT EXISTS (SELECT 1 FROM record_entry e
                                  WHERE e.act = 'objections.consult_exhibit'
                                    AND e.actor = NEW.confirmed_by AND e."case" = x.case_id
                                    AND position(x.id::text IN e.content) > 0)) THEN
    RAISE EXCEPTION 'determination: an adverse one is confirmed by who opened every paper it rests on'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome NOT IN ('grant', 'increase') THEN
    -- Two confirmations by one officer at once: one waits, and then counts the other.
    PERFORM 1 FROM agencies_officer o WHERE 'officer:' || o.id = NEW.confirmed_by FOR NO KEY UPDATE;
    IF 50 <= (SELECT count(*) FROM determinations_determination d
              WHERE d.confirmed_by = NEW.confirmed_by AND d.outcome NOT IN ('grant', 'increase')
                AND (d.confirmed_at AT TIME ZONE 'Asia/Shanghai')::date = day_) THEN
      RAISE EXCEPTION 'determination: nobody confirms more than fifty adverse ones in a day'
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  IF (EXISTS (SELECT 1 FROM cases_case c JOIN record_entry e ON e.id = c.entry_id
                WHERE c.id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id) AND e.actor = NEW.confirmed_by)
         OR EXISTS (SELECT 1 FROM cases_declaration d JOIN record_entry e ON e.id = d.entry_id
                    WHERE d.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id) AND e.actor = NEW.confirmed_by)
         OR EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM reports_report r
                JOIN commissions_commission c ON c.id = r.commission_id WHERE r.id = NEW.report_id) AND s.kind = 'accept'
                      AND s.recorded_by = NEW.confirmed_by)) THEN
    RAISE EXCEPTION 'determination: who took the case in does not confirm'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.publishes
    AND (NOT EXISTS (SELECT 1 FROM cases_step s WHERE s.about = NEW.id AND s.kind = 'publish')
         OR EXISTS (SELECT 1 FROM cases_step s WHERE s.about = NEW.id AND s.kind = 'publish'
                      AND s.last_day >= day_)
         OR EXISTS (SELECT 1 FROM cases_step s
                    JOIN cases_step t ON t.about = s.id AND t.kind = 'protest'
                    WHERE s.about = NEW.id AND s.kind = 'publish'
                      AND NOT EXISTS (SELECT 1 FROM cases_step u
                                      WHERE u.about = t.id AND u.kind = 'dismiss'))) THEN
    RAISE EXCEPTION 'determination: what is published first waits until its days are over and no objection to it is open'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_is_confirmed_by_another ON determinations_determination
-- ;;
CREATE TRIGGER determinations_determination_is_confirmed_by_another BEFORE UPDATE ON determinations_determination
FOR EACH ROW EXECUTE FUNCTION hedui_determination_is_confirmed_by_another()
-- ;;
CREATE OR REPLACE FUNCTION hedui_step_follows_the_course() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  day_ date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  -- Whoever else takes a step locks the case: of the two, one waits and then sees the other.
  PERFORM 1 FROM cases_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  IF NEW.kind NOT IN ('supplement', 'supply', 'accept', 'turn_down', 'confirm_turning_down', 'stand_back',
                       'visit', 'interview', 'review', 'publish', 'protest', 'dismiss', 'uphold', 'notify', 'pay',
                       'recheck', 'phase_out', 'end', 'hear', 'pause', 'resume', 'extend', 'archive')
     OR length(NEW.content) = 0 OR NEW.last_day < NEW.first_day
     OR (NEW.first_day > day_ AND NEW.kind NOT IN ('publish', 'pay', 'phase_out', 'end'))
     OR (NEW.last_day IS NULL AND NEW.kind IN ('supplement', 'publish', 'phase_out'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.recorded_by AND p.role IN ('intake', 'commission', 'verify', 'countersign')
                      AND p.first_day <= day_ AND (p.last_day IS NULL OR p.last_day >= day_)) THEN
    RAISE EXCEPTION 'step: of a known kind, by an officer with a post, on a day it can have been'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind <> 'stand_back'
    AND EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'stand_back'
                  AND s.officer IN (NEW.recorded_by, NEW.officer))
     OR NEW.kind = 'stand_back' AND NEW.officer NOT LIKE 'officer:%' THEN
    RAISE EXCEPTION 'step: who stands back from a case takes no further part in it'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'archive') THEN
    RAISE EXCEPTION 'step: archived, nothing more is done'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind IN ('supply', 'confirm_turning_down', 'protest', 'dismiss', 'uphold', 'resume', 'recheck')
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
                          ELSE d.confirmed_at IS NOT NULL AND d.outcome = 'stop' END) THEN
    RAISE EXCEPTION 'step: it follows upon what it is about, in its case'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind = 'supplement'
    AND (EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'supplement')
         OR EXISTS (SELECT 1 FROM commissions_commission c WHERE c.case_id = NEW.case_id)) THEN
    RAISE EXCEPTION 'step: what is missing is asked for once, before verification is ordered'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind IN ('turn_down', 'confirm_turning_down')
    AND EXISTS (SELECT 1 FROM commissions_commission c WHERE c.case_id = NEW.case_id)
     OR NEW.kind = 'turn_down' AND NEW.word NOT IN ('not_here', 'not_complete', 'withdrawn')
     OR NEW.kind = 'confirm_turning_down'
    AND EXISTS (SELECT 1 FROM cases_step s WHERE s.id = NEW.about
                  AND (s.recorded_by = NEW.recorded_by OR s.word <> NEW.word))
     OR NEW.kind IN ('turn_down', 'confirm_turning_down') AND NEW.word = 'not_complete'
    AND NOT EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id AND s.kind = 'supplement' AND s.last_day < day_
                      AND NOT EXISTS (SELECT 1 FROM cases_step t
                                      WHERE t.about = s.id AND t.kind = 'supply')) THEN
    RAISE EXCEPTION 'step: nobody is turned down but by two officers, for a reason that stands'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind = 'accept'
    AND EXISTS (SELECT 1 FROM cases_step s
                WHERE s.case_id = NEW.case_id AND s.kind = 'supplement'
                  AND NOT EXISTS (SELECT 1 FROM cases_step t
                                  WHERE t.about = s.id AND t.kind = 'supply')) THEN
    RAISE EXCEPTION 'step: nothing is accepted while papers are asked for'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind IN ('visit', 'interview')
    AND (NEW.officer = NEW.recorded_by
         OR NOT EXISTS (SELECT 1 FROM agencies_officer f
                        WHERE f.is_active AND 'officer:' || f.id = NEW.officer)) THEN
    RAISE EXCEPTION 'step: a family is visited by two officers'
      USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.kind = 'end'
      OR NEW.kind = 'pay' AND EXISTS (SELECT 1 FROM determinations_determination d
                                      WHERE d.id = NEW.about AND d.outcome = 'reduce'))
    AND NOT EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.about = NEW.about AND s.kind = 'notify' AND s.first_day <= NEW.first_day)
     OR NEW.kind = 'end'
    AND EXISTS (SELECT 1 FROM cases_step s
                WHERE s.about = NEW.about AND s.kind = 'phase_out' AND s.last_day >= NEW.first_day) THEN
    RAISE EXCEPTION 'step: aid is lowered or ends only after the decision was delivered, and not before its phase-out is over'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind = 'extend'
    AND (NEW.days = 0 OR NEW.clock = ''
         OR EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id AND s.kind = 'extend' AND s.clock = NEW.clock
                      AND s.about IS NOT DISTINCT FROM NEW.about)
         OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.recorded_by AND p.role IN ('commission')
                      AND p.first_day <= day_ AND (p.last_day IS NULL OR p.last_day >= day_)))
     OR NEW.kind = 'pause'
    AND (NEW.clock = '' OR NEW.word NOT IN ('requery', 'appraisal', 'objection', 'other')
         OR EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id AND s.kind = 'pause' AND s.clock = NEW.clock
                      AND NOT EXISTS (SELECT 1 FROM cases_step t
                                      WHERE t.about = s.id AND t.kind = 'resume'))) THEN
    RAISE EXCEPTION 'step: a term is extended once, by who orders, and paused once at a time'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind = 'hear' THEN
    -- Who objects or proposes locks the report: of the two, one waits and then sees the other.
    PERFORM 1 FROM reports_report r WHERE r.commission_id = NEW.about FOR NO KEY UPDATE;
  END IF;
  IF NEW.kind = 'hear'
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
                    JOIN reports_report r ON r.id = d.report_id WHERE r.commission_id = NEW.about)) THEN
    RAISE EXCEPTION 'step: what another system decided is told by the one admitted to, of its own newest order, where nothing is proposed here'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind = 'hear'
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
                                 WHERE n.commission_id = NEW.about)) < NEW.first_day) IS NOT TRUE) THEN
    RAISE EXCEPTION 'step: another system decides nothing while an objection is open, nor against a family before its time to object is over'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind = 'archive'
    AND NOT EXISTS (SELECT 1 FROM cases_step s
                    WHERE s.case_id = NEW.case_id
                      AND (s.kind IN ('confirm_turning_down', 'end')
                           OR s.kind = 'hear' AND s.word <> 'granted'
                           OR s.kind = 'notify'
                          AND EXISTS (SELECT 1 FROM determinations_determination d
                                      WHERE d.id = s.about AND d.outcome = 'refuse'))) THEN
    RAISE EXCEPTION 'step: only what is over is archived'
      USING ERRCODE = 'check_violation';
  END IF;
  IF ({COURSE}) THEN
    RAISE EXCEPTION 'step: the course does not lead there from where the case stands'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_step_follows_the_course ON cases_step
-- ;;
CREATE TRIGGER cases_step_follows_the_course BEFORE INSERT ON cases_step
FOR EACH ROW EXECUTE FUNCTION hedui_step_follows_the_course()
-- ;;
CREATE OR REPLACE FUNCTION hedui_entry_not_by_who_stands_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.act <> 'determinations.stand_back'
    AND EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW."case" AND s.kind = 'stand_back'
                  AND s.officer = NEW.actor) THEN
    RAISE EXCEPTION 'ledger: who stands back from a case takes no further part in it'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS record_entry_not_by_who_stands_back ON record_entry
-- ;;
CREATE TRIGGER record_entry_not_by_who_stands_back BEFORE INSERT ON record_entry
FOR EACH ROW EXECUTE FUNCTION hedui_entry_not_by_who_stands_back()
-- ;;
CREATE OR REPLACE FUNCTION hedui_is_aided(case_ uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT CASE s.kind WHEN 'hear' THEN s.word ELSE s.kind END IN ('pay', 'granted')
                   FROM cases_step s
                   WHERE s.case_id = case_ AND s.kind IN ('pay', 'end', 'hear')
                   ORDER BY s.id DESC LIMIT 1), false);
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_is_frozen(case_ uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Whoever freezes locks the case too: of the two, one waits and then sees the other.
  PERFORM 1 FROM cases_case c WHERE c.id = case_ FOR NO KEY UPDATE;
  -- Who receives aid reports what has changed, as long as nothing rests on what was declared last.
  RETURN EXISTS (SELECT 1 FROM cases_step s
                 WHERE s.case_id = case_ AND s.kind IN ('confirm_turning_down', 'archive'))
     OR EXISTS (SELECT 1 FROM cases_declaration d
                 WHERE d.case_id = case_ AND d.frozen_at IS NOT NULL)
     AND (EXISTS (SELECT 1 FROM commissions_commission c
                  WHERE c.case_id = case_ AND c.closed_at IS NULL)
          OR NOT hedui_is_aided(case_));
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_declaration_is_closed_once_frozen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF hedui_is_frozen(NEW.case_id) THEN
    RAISE EXCEPTION 'declaration: frozen, no further version' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.frozen_at IS NOT NULL THEN
    RAISE EXCEPTION 'declaration: it is frozen by a commission, later'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_declaration_is_closed_once_frozen ON cases_declaration
-- ;;
CREATE TRIGGER cases_declaration_is_closed_once_frozen BEFORE INSERT ON cases_declaration
FOR EACH ROW EXECUTE FUNCTION hedui_declaration_is_closed_once_frozen()
-- ;;
CREATE OR REPLACE FUNCTION hedui_case_stands_once_frozen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (NEW.programme, NEW.division, NEW.applied_on, NEW.applicant_masked, NEW.applicant_index, NEW.draft)
     IS DISTINCT FROM
     (OLD.programme, OLD.division, OLD.applied_on, OLD.applicant_masked, OLD.applicant_index, OLD.draft)
     AND NOT hedui_is_erased(OLD.id) AND hedui_is_frozen(OLD.id) THEN
    RAISE EXCEPTION 'case: the declaration is frozen, what it was opened for stands'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_case_stands_once_frozen ON cases_case
-- ;;
CREATE TRIGGER cases_case_stands_once_frozen BEFORE UPDATE ON cases_case
FOR EACH ROW EXECUTE FUNCTION hedui_case_stands_once_frozen()
-- ;;
CREATE OR REPLACE FUNCTION hedui_member_joins_before_the_freeze() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF hedui_is_frozen(NEW.case_id) THEN
    RAISE EXCEPTION 'member: the declaration is frozen, nobody is added to the household'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_member_joins_before_the_freeze ON cases_member
-- ;;
CREATE TRIGGER cases_member_joins_before_the_freeze BEFORE INSERT ON cases_member
FOR EACH ROW EXECUTE FUNCTION hedui_member_joins_before_the_freeze()
-- ;;
CREATE OR REPLACE FUNCTION hedui_member_keeps_its_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (NEW.position, NEW.relation) IS DISTINCT FROM (OLD.position, OLD.relation)
     AND hedui_is_frozen(OLD.case_id) THEN
    RAISE EXCEPTION 'member: a person is never changed, only replaced'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_member_keeps_its_place ON cases_member
-- ;;
CREATE TRIGGER cases_member_keeps_its_place BEFORE UPDATE ON cases_member
FOR EACH ROW EXECUTE FUNCTION hedui_member_keeps_its_place()
-- ;;
CREATE OR REPLACE FUNCTION hedui_commission_of_what_was_accepted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Whoever else takes a step locks the case: of the two, one waits and then sees the other.
  PERFORM 1 FROM cases_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM cases_step s
                WHERE s.case_id = NEW.case_id
                  AND (s.kind IN ('confirm_turning_down', 'archive')
                       OR s.kind = 'supplement'
                      AND NOT EXISTS (SELECT 1 FROM cases_step t
                                      WHERE t.case_id = s.case_id AND t.kind = 'accept'))) THEN
    RAISE EXCEPTION 'commission: not while papers are asked for, nor of a case that was turned down'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM commissions_commission c
             WHERE c.case_id = NEW.case_id AND c.closed_at IS NOT NULL)
     AND NOT hedui_is_aided(NEW.case_id) THEN
    RAISE EXCEPTION 'commission: the case is decided, and no aid is paid'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_of_what_was_accepted ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_of_what_was_accepted BEFORE INSERT ON commissions_commission
FOR EACH ROW EXECUTE FUNCTION hedui_commission_of_what_was_accepted()
-- ;;
CREATE OR REPLACE FUNCTION hedui_report_not_signed_by_who_took_in() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.countersigned_by_id IS NOT NULL AND (EXISTS (SELECT 1 FROM cases_case c JOIN record_entry e ON e.id = c.entry_id
                WHERE c.id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id) AND e.actor = 'officer:' || NEW.countersigned_by_id)
         OR EXISTS (SELECT 1 FROM cases_declaration d JOIN record_entry e ON e.id = d.entry_id
                    WHERE d.case_id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id) AND e.actor = 'officer:' || NEW.countersigned_by_id)
         OR EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id) AND s.kind = 'accept'
                      AND s.recorded_by = 'officer:' || NEW.countersigned_by_id))
     OR EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = (SELECT c.case_id FROM commissions_commission c WHERE c.id = NEW.commission_id)
                  AND s.kind = 'stand_back' AND s.officer IN ('officer:' || NEW.prepared_by_id, 'officer:' || NEW.countersigned_by_id)) THEN
    RAISE EXCEPTION 'report: who took the case in, or stands back from it, does not sign'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS reports_report_not_signed_by_who_took_in ON reports_report
-- ;;
CREATE TRIGGER reports_report_not_signed_by_who_took_in BEFORE UPDATE ON reports_report
FOR EACH ROW EXECUTE FUNCTION hedui_report_not_signed_by_who_took_in()
