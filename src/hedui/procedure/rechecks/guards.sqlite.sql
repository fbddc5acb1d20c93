DROP TRIGGER IF EXISTS rechecks_round_begins_now
-- ;;
CREATE TRIGGER rechecks_round_begins_now BEFORE INSERT ON rechecks_round
BEGIN
  SELECT RAISE(ABORT, 'recheck list: it begins now')
  WHERE NEW.opened_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 seconds')
     OR NEW.opened_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 minutes');
  SELECT RAISE(ABORT, 'recheck list: no more than all are looked at again') WHERE NEW.percent > 100;
END
-- ;;
DROP TRIGGER IF EXISTS rechecks_task_begins_open
-- ;;
CREATE TRIGGER rechecks_task_begins_open BEFORE INSERT ON rechecks_task
BEGIN
  SELECT RAISE(ABORT, 'recheck: it begins with nobody having looked again')
  WHERE NEW.looked_at IS NOT NULL OR NEW.looked_by <> '' OR NEW.agrees IS NOT NULL
     OR NEW.reason NOT IN ('due', 'outcome', 'discrepancy');
END
-- ;;
DROP TRIGGER IF EXISTS rechecks_task_is_looked_at_again_by_another
-- ;;
CREATE TRIGGER rechecks_task_is_looked_at_again_by_another BEFORE UPDATE ON rechecks_task
BEGIN
  SELECT RAISE(ABORT, 'recheck: never changed, only looked at again once, if drawn, by another after the first')
  WHERE OLD.looked_at IS NOT NULL OR NEW.looked_at IS NULL OR NEW.agrees IS NULL
     OR NOT OLD.sampled OR NEW.looked_by NOT LIKE 'officer:%'
     OR NEW.id <> OLD.id OR NEW.round_id <> OLD.round_id OR NEW.case_id <> OLD.case_id
     OR NEW.reason <> OLD.reason OR NEW.turn <> OLD.turn OR NEW.sampled <> OLD.sampled
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid
     OR NEW.looked_by IS (
          SELECT d.officer FROM (
            SELECT s.recorded_by AS officer, s.recorded_at AS at
            FROM cases_step s JOIN rechecks_round r ON r.id = OLD.round_id
            WHERE s.case_id = OLD.case_id AND s.kind = 'recheck' AND s.recorded_at >= r.opened_at
            UNION ALL
            SELECT c.ordered_by, c.commissioned_at
            FROM commissions_commission c JOIN rechecks_round r ON r.id = OLD.round_id
            WHERE c.case_id = OLD.case_id AND c.commissioned_at >= r.opened_at) d
          ORDER BY d.at LIMIT 1)
     OR NOT EXISTS (
          SELECT 1 FROM rechecks_round r WHERE r.id = OLD.round_id AND (
            EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = OLD.case_id
                      AND s.kind = 'recheck' AND s.recorded_at >= r.opened_at)
            OR EXISTS (SELECT 1 FROM commissions_commission c WHERE c.case_id = OLD.case_id
                         AND c.commissioned_at >= r.opened_at)));
END
