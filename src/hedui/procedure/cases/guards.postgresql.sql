
CREATE OR REPLACE FUNCTION hedui_declaration_only_freezes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.frozen_at IS NOT NULL OR NEW.frozen_at IS NULL
     OR to_jsonb(NEW) - 'frozen_at' <> to_jsonb(OLD) - 'frozen_at' THEN
    RAISE EXCEPTION 'declaration: a version is never changed, it is frozen once'
      USING ERRCODE = 'check_violation';
  END IF;
  PERFORM 1 FROM cases_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM cases_declaration d
             WHERE d.case_id = NEW.case_id AND d.version > NEW.version) THEN
    RAISE EXCEPTION 'declaration: only the newest version is frozen'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.frozen_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_declaration_only_freezes ON cases_declaration
-- ;;
CREATE TRIGGER cases_declaration_only_freezes BEFORE UPDATE ON cases_declaration
FOR EACH ROW EXECUTE FUNCTION hedui_declaration_only_freezes()
-- ;;
CREATE OR REPLACE FUNCTION hedui_is_erased(case_ uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM cases_erasure e
                 WHERE e.case_id = case_ AND e.confirmed_at IS NOT NULL);
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_member_only_is_replaced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - '{replaced,position,relation,person,number_index,birth_date}'::text[]
     <> to_jsonb(OLD) - '{replaced,position,relation,person,number_index,birth_date}'::text[]
     OR ((NEW.person, NEW.number_index, NEW.birth_date)
         IS DISTINCT FROM (OLD.person, OLD.number_index, OLD.birth_date)
         AND (NEW.person <> ''::bytea OR NOT hedui_is_erased(OLD.case_id)))
     OR (OLD.replaced AND NOT NEW.replaced) THEN
    RAISE EXCEPTION 'member: a person is never changed, only replaced'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_member_only_is_replaced ON cases_member
-- ;;
CREATE TRIGGER cases_member_only_is_replaced BEFORE UPDATE ON cases_member
FOR EACH ROW EXECUTE FUNCTION hedui_member_only_is_replaced()
-- ;;
CREATE OR REPLACE FUNCTION hedui_case_keeps_its_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Wrapped anew by another key it may be, by the owner of the tables.
  IF NEW.wrapped_key <> OLD.wrapped_key AND NOT (
       NEW.wrapped_key = ''::bytea AND hedui_is_erased(OLD.id)
       OR length(NEW.wrapped_key) >= length(OLD.wrapped_key) AND session_user = (
         SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)) THEN
    RAISE EXCEPTION 'case: its key stays until it is erased' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.wrapped_key = ''::bytea THEN
    RAISE EXCEPTION 'case: it is erased, nothing is written to it any more'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_case_keeps_its_key ON cases_case
-- ;;
CREATE TRIGGER cases_case_keeps_its_key BEFORE UPDATE ON cases_case
FOR EACH ROW EXECUTE FUNCTION hedui_case_keeps_its_key()
-- ;;
CREATE OR REPLACE FUNCTION hedui_erasure_begins_unconfirmed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> ''
     OR NEW.proposed_by NOT LIKE 'officer:%' THEN
    RAISE EXCEPTION 'erasure: it begins unconfirmed' USING ERRCODE = 'check_violation';
  END IF;
  NEW.proposed_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_begins_unconfirmed ON cases_erasure
-- ;;
CREATE TRIGGER cases_erasure_begins_unconfirmed BEFORE INSERT ON cases_erasure
FOR EACH ROW EXECUTE FUNCTION hedui_erasure_begins_unconfirmed()
-- ;;
-- What one officer proposed is confirmed once, by another, and not changed otherwise.
CREATE OR REPLACE FUNCTION hedui_is_confirmed_by_another(old_ jsonb, new_ jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT old_ ->> 'confirmed_at' IS NULL AND new_ ->> 'confirmed_at' IS NOT NULL
     AND new_ ->> 'confirmed_by' LIKE 'officer:%'
     AND new_ ->> 'confirmed_by' <> old_ ->> 'proposed_by'
     AND new_ - '{confirmed_at,confirmed_by}'::text[] = old_ - '{confirmed_at,confirmed_by}'::text[]
$$
-- ;;
CREATE OR REPLACE FUNCTION hedui_erasure_is_confirmed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT hedui_is_confirmed_by_another(to_jsonb(OLD), to_jsonb(NEW)) THEN
    RAISE EXCEPTION 'erasure: never changed, only confirmed once, by another'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.confirmed_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_is_confirmed_by_another ON cases_erasure
-- ;;
CREATE TRIGGER cases_erasure_is_confirmed_by_another BEFORE UPDATE ON cases_erasure
FOR EACH ROW EXECUTE FUNCTION hedui_erasure_is_confirmed()
-- ;;
CREATE OR REPLACE FUNCTION hedui_numbering_counts_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.last <> OLD.last + 1 OR NEW.prefix <> OLD.prefix THEN
    RAISE EXCEPTION 'numbering: it only counts up' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS cases_numbering_counts_up ON cases_numbering
-- ;;
CREATE TRIGGER cases_numbering_counts_up BEFORE UPDATE ON cases_numbering
FOR EACH ROW EXECUTE FUNCTION hedui_numbering_counts_up()
