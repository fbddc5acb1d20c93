
CREATE OR REPLACE FUNCTION hedui_commission_needs_frozen_declaration() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM cases_declaration d
                 WHERE d.id = NEW.declaration_id AND d.case_id = NEW.case_id
                   AND d.frozen_at IS NOT NULL) THEN
    RAISE EXCEPTION 'commission: no frozen declaration of this case'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.closed_at IS NOT NULL OR NOT EXISTS (
       SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.programme = NEW.purpose) THEN
    RAISE EXCEPTION 'commission: it begins open, and for what was applied for'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_needs_frozen_declaration ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_needs_frozen_declaration BEFORE INSERT ON commissions_commission
FOR EACH ROW EXECUTE FUNCTION hedui_commission_needs_frozen_declaration()
-- ;;
CREATE OR REPLACE FUNCTION hedui_commission_only_closes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
     OR to_jsonb(NEW) - 'closed_at' <> to_jsonb(OLD) - 'closed_at' THEN
    RAISE EXCEPTION 'commission: never changed, only closed once'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.closed_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_only_closes ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_only_closes BEFORE UPDATE ON commissions_commission
FOR EACH ROW EXECUTE FUNCTION hedui_commission_only_closes()
-- ;;
-- The counters are locked from here to the end: of two commissions at once, each is counted.
CREATE OR REPLACE FUNCTION hedui_commission_within_budget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  limits commissions_budget;
  whole integer;
  own integer;
  today_ date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  SELECT b.* INTO limits FROM commissions_budget b
  WHERE b.ended_at IS NULL AND (b.agency_id = NEW.agency_id OR b.agency_id IS NULL)
  ORDER BY b.agency_id NULLS LAST LIMIT 1;
  INSERT INTO commissions_tally (agency_id, officer, day, ordered)
  VALUES (NEW.agency_id, '', today_, 1)
  ON CONFLICT (agency_id, officer, day) DO UPDATE SET ordered = commissions_tally.ordered + 1
  RETURNING ordered INTO whole;
  INSERT INTO commissions_tally (agency_id, officer, day, ordered)
  VALUES (NEW.agency_id, NEW.ordered_by, today_, 1)
  ON CONFLICT (agency_id, officer, day) DO UPDATE SET ordered = commissions_tally.ordered + 1
  RETURNING ordered INTO own;
  IF NEW.ordered_by = '' OR (
       (limits.id IS NULL OR whole > limits.per_agency OR own > limits.per_officer)
       AND NOT EXISTS (SELECT 1 FROM commissions_breakglass g
                       WHERE g.case_id = NEW.case_id AND g.officer = NEW.ordered_by
                         AND g.lifts = 'orders'
                         AND g.opened_at > clock_timestamp() - interval '10 minutes')) THEN
    RAISE EXCEPTION 'commission: the budget of today is spent' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_within_budget ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_within_budget BEFORE INSERT ON commissions_commission
FOR EACH ROW EXECUTE FUNCTION hedui_commission_within_budget()
-- ;;
CREATE OR REPLACE FUNCTION hedui_tally_counts_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.ordered <> OLD.ordered + 1
     OR to_jsonb(NEW) - 'ordered' <> to_jsonb(OLD) - 'ordered' THEN
    RAISE EXCEPTION 'tally: it only counts up' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_tally_counts_up ON commissions_tally
-- ;;
CREATE TRIGGER commissions_tally_counts_up BEFORE UPDATE ON commissions_tally
FOR EACH ROW EXECUTE FUNCTION hedui_tally_counts_up()
-- ;;
CREATE OR REPLACE FUNCTION hedui_budget_only_ends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
     OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
    RAISE EXCEPTION 'budget: never changed, only ended once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_budget_only_ends ON commissions_budget
-- ;;
CREATE TRIGGER commissions_budget_only_ends BEFORE UPDATE ON commissions_budget
FOR EACH ROW EXECUTE FUNCTION hedui_budget_only_ends()
-- ;;
CREATE OR REPLACE FUNCTION hedui_breakglass_begins_now() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.reviewed_at IS NOT NULL OR NEW.reviewed_by <> '' OR NEW.is_justified IS NOT NULL THEN
    RAISE EXCEPTION 'break-glass: it begins unreviewed' USING ERRCODE = 'check_violation';
  END IF;
  NEW.opened_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_breakglass_begins_now ON commissions_breakglass
-- ;;
CREATE TRIGGER commissions_breakglass_begins_now BEFORE INSERT ON commissions_breakglass
FOR EACH ROW EXECUTE FUNCTION hedui_breakglass_begins_now()
-- ;;
CREATE OR REPLACE FUNCTION hedui_breakglass_only_is_reviewed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.reviewed_at IS NOT NULL OR NEW.reviewed_at IS NULL OR NEW.reviewed_by = ''
     OR NEW.is_justified IS NULL OR NEW.reviewed_by = OLD.officer
     OR to_jsonb(NEW) - '{reviewed_at,reviewed_by,is_justified}'::text[]
        <> to_jsonb(OLD) - '{reviewed_at,reviewed_by,is_justified}'::text[] THEN
    RAISE EXCEPTION 'break-glass: never changed, only reviewed once, by another'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.reviewed_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_breakglass_only_is_reviewed ON commissions_breakglass
-- ;;
CREATE TRIGGER commissions_breakglass_only_is_reviewed BEFORE UPDATE ON commissions_breakglass
FOR EACH ROW EXECUTE FUNCTION hedui_breakglass_only_is_reviewed()
-- ;;
-- What one has done something in is one's own work; of the rest, so many cases are seen in a day.
CREATE OR REPLACE FUNCTION hedui_looks_within_budget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  since timestamptz := date_trunc('day', clock_timestamp() AT TIME ZONE 'Asia/Shanghai')
                       AT TIME ZONE 'Asia/Shanghai';
  most integer;
BEGIN
  IF EXISTS (SELECT 1 FROM record_entry e WHERE e."case" = NEW."case" AND e.actor = NEW.actor
               AND (e.at >= since AND e.act <> 'commissions.break_glass'
                    OR e.act NOT IN ({SEEING})))
     OR EXISTS (SELECT 1 FROM commissions_breakglass g
                WHERE g.case_id = NEW."case" AND g.officer = NEW.actor AND g.lifts = 'looks'
                  AND g.opened_at >= since) THEN
    RETURN NEW;
  END IF;
  SELECT b.looks INTO most FROM commissions_budget b
  WHERE b.ended_at IS NULL
    AND (b.agency_id::text = NEW.content::jsonb ->> 'agency' OR b.agency_id IS NULL)
  ORDER BY b.agency_id NULLS LAST LIMIT 1;
  IF coalesce(most, 0) <= (
       SELECT count(DISTINCT e."case") FROM record_entry e
       WHERE e.actor = NEW.actor AND e.act IN ({SEEING}) AND e.at >= since
         AND NOT EXISTS (SELECT 1 FROM record_entry w WHERE w."case" = e."case"
                           AND w.actor = e.actor AND w.act NOT IN ({SEEING}))) THEN
    RAISE EXCEPTION 'look: too many cases of others today' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_looks_within_budget ON record_entry
-- ;;
CREATE TRIGGER commissions_looks_within_budget BEFORE INSERT ON record_entry
FOR EACH ROW WHEN (NEW.act IN ({SEEING}) AND NEW.act <> 'commissions.break_glass'
                   AND NEW.actor LIKE 'officer:%')
EXECUTE FUNCTION hedui_looks_within_budget()
