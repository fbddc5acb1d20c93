CREATE OR REPLACE FUNCTION hedui_recheck_list_begins_now() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.percent > 100 THEN
    RAISE EXCEPTION 'recheck list: no more than all are looked at again'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.opened_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS rechecks_round_begins_now ON rechecks_round
-- ;;
CREATE TRIGGER rechecks_round_begins_now BEFORE INSERT ON rechecks_round
FOR EACH ROW EXECUTE FUNCTION hedui_recheck_list_begins_now()
-- ;;
CREATE OR REPLACE FUNCTION hedui_recheck_begins_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.looked_at IS NOT NULL OR NEW.looked_by <> '' OR NEW.agrees IS NOT NULL
     OR NEW.reason NOT IN ('due', 'outcome', 'discrepancy') THEN
    RAISE EXCEPTION 'recheck: it begins with nobody having looked again'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS rechecks_task_begins_open ON rechecks_task
-- ;;
CREATE TRIGGER rechecks_task_begins_open BEFORE INSERT ON rechecks_task
FOR EACH ROW EXECUTE FUNCTION hedui_recheck_begins_open()
-- ;;
CREATE OR REPLACE FUNCTION hedui_recheck_is_looked_at_again_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  first_ text;
BEGIN
  SELECT d.officer INTO first_ FROM (
    SELECT s.recorded_by AS officer, s.recorded_at AS at
    FROM cases_step s JOIN rechecks_round r ON r.id = OLD.round_id
    WHERE s.case_id = OLD.case_id AND s.kind = 'recheck' AND s.recorded_at >= r.opened_at
    UNION ALL
    SELECT c.ordered_by, c.commissioned_at
    FROM commissions_commission c JOIN rechecks_round r ON r.id = OLD.round_id
    WHERE c.case_id = OLD.case_id AND c.commissioned_at >= r.opened_at) d
  ORDER BY d.at LIMIT 1;
  IF OLD.looked_at IS NOT NULL OR NEW.looked_at IS NULL OR NEW.agrees IS NULL
     OR NOT OLD.sampled OR NEW.looked_by NOT LIKE 'officer:%'
     OR to_jsonb(NEW) - '{looked_by,looked_at,agrees}'::text[]
        <> to_jsonb(OLD) - '{looked_by,looked_at,agrees}'::text[]
     OR first_ IS NULL OR NEW.looked_by = first_ THEN
    RAISE EXCEPTION 'recheck: never changed, only looked at again once, if drawn, by another after the first'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.looked_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS rechecks_task_is_looked_at_again_by_another ON rechecks_task
-- ;;
CREATE TRIGGER rechecks_task_is_looked_at_again_by_another BEFORE UPDATE ON rechecks_task
FOR EACH ROW EXECUTE FUNCTION hedui_recheck_is_looked_at_again_by_another()
