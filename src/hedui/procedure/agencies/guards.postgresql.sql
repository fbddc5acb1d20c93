CREATE OR REPLACE FUNCTION hedui_agreement_begins_unapproved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held text;
BEGIN
  IF NEW.proposed_by NOT LIKE 'officer:%' OR NEW.approved_at IS NOT NULL OR NEW.approved_by <> ''
     OR NEW.ended_at IS NOT NULL OR NEW.ended_by <> '' THEN
    RAISE EXCEPTION 'agreement: it begins as an officer''s proposal'
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT d.source INTO held FROM agencies_department d WHERE d.id = NEW.department_id;
  IF jsonb_typeof(NEW.items) <> 'array' THEN
    RAISE EXCEPTION 'agreement: it names items of what the department holds'
      USING ERRCODE = 'check_violation';
  END IF;
  IF held IS NULL OR jsonb_array_length(NEW.items) = 0 OR EXISTS (
       SELECT 1 FROM jsonb_array_elements(NEW.items) i
       WHERE jsonb_typeof(i) <> 'string' OR left(i #>> '{}', length(held) + 1) <> held || '.') THEN
    RAISE EXCEPTION 'agreement: it names items of what the department holds'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.last_day < NEW.first_day OR NEW.last_day > NEW.first_day + 1830 THEN
    RAISE EXCEPTION 'agreement: it ends, after five years at most'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_begins_unapproved ON agencies_agreement
-- ;;
CREATE TRIGGER agencies_agreement_begins_unapproved BEFORE INSERT ON agencies_agreement
FOR EACH ROW EXECUTE FUNCTION hedui_agreement_begins_unapproved()
-- ;;
CREATE OR REPLACE FUNCTION hedui_agreement_is_approved_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  now_ timestamptz := clock_timestamp();
BEGIN
  IF to_jsonb(NEW) - '{approved_by,approved_at,ended_by,ended_at}'::text[]
       <> to_jsonb(OLD) - '{approved_by,approved_at,ended_by,ended_at}'::text[]
     OR NOT (
       OLD.approved_at IS NULL AND OLD.ended_at IS NULL AND NEW.approved_at IS NOT NULL
       AND NEW.approved_by LIKE 'officer:%' AND NEW.approved_by <> OLD.proposed_by
       AND NEW.ended_at IS NULL AND NEW.ended_by = ''
     OR
       NEW.approved_at IS NOT DISTINCT FROM OLD.approved_at AND NEW.approved_by = OLD.approved_by
       AND NEW.ended_at IS NOT NULL AND NEW.ended_by LIKE 'officer:%'
       AND (OLD.ended_at IS NULL OR OLD.ended_at > now_ AND NEW.ended_at < OLD.ended_at)) THEN
    RAISE EXCEPTION 'agreement: never changed, only approved once, by another, and ended'
      USING ERRCODE = 'check_violation';
  END IF;
  -- The row is locked by now: a question that waits for it leaves before this moment or not at all.
  IF OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL THEN
    NEW.approved_at := now_;
  ELSE
    NEW.ended_at := greatest(NEW.ended_at, now_);
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_approved_by_another ON agencies_agreement
-- ;;
CREATE TRIGGER agencies_agreement_is_approved_by_another BEFORE UPDATE ON agencies_agreement
FOR EACH ROW EXECUTE FUNCTION hedui_agreement_is_approved_by_another()
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_never_deleted ON agencies_agreement
-- ;;
CREATE TRIGGER agencies_agreement_is_never_deleted BEFORE DELETE ON agencies_agreement
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('agreement: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS agencies_agreement_is_never_truncated ON agencies_agreement
-- ;;
CREATE TRIGGER agencies_agreement_is_never_truncated BEFORE TRUNCATE ON agencies_agreement
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('agreement: never truncated')
