DROP TRIGGER IF EXISTS cases_declaration_is_never_deleted ON cases_declaration
-- ;;
CREATE TRIGGER cases_declaration_is_never_deleted BEFORE DELETE ON cases_declaration
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('declaration: a version is never deleted')
-- ;;
DROP TRIGGER IF EXISTS cases_member_is_never_deleted ON cases_member
-- ;;
CREATE TRIGGER cases_member_is_never_deleted BEFORE DELETE ON cases_member
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('member: a person is never deleted')
-- ;;
CREATE OR REPLACE FUNCTION hedui_is_frozen(case_ uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Whoever freezes locks the case too: of the two, one waits and then sees the other.
  PERFORM 1 FROM cases_case c WHERE c.id = case_ FOR NO KEY UPDATE;
  RETURN EXISTS (SELECT 1 FROM cases_declaration d
                 WHERE d.case_id = case_ AND d.frozen_at IS NOT NULL);
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
CREATE OR REPLACE FUNCTION hedui_member_only_is_replaced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (to_jsonb(NEW) - 'replaced' - 'position' - 'relation')
     <> (to_jsonb(OLD) - 'replaced' - 'position' - 'relation')
     OR (OLD.replaced AND NOT NEW.replaced)
     OR ((NEW.position, NEW.relation) IS DISTINCT FROM (OLD.position, OLD.relation)
         AND hedui_is_frozen(OLD.case_id)) THEN
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
DROP TRIGGER IF EXISTS cases_declaration_is_never_truncated ON cases_declaration
-- ;;
CREATE TRIGGER cases_declaration_is_never_truncated BEFORE TRUNCATE ON cases_declaration
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('declaration: versions are never truncated')
-- ;;
DROP TRIGGER IF EXISTS cases_member_is_never_truncated ON cases_member
-- ;;
CREATE TRIGGER cases_member_is_never_truncated BEFORE TRUNCATE ON cases_member
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('member: persons are never truncated')
