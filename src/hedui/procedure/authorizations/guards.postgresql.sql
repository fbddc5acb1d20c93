DROP TRIGGER IF EXISTS authorizations_authorization_is_never_deleted ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_is_never_deleted BEFORE DELETE ON authorizations_authorization
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: it is never deleted')
-- ;;
CREATE OR REPLACE FUNCTION hedui_authorization_only_is_revoked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
     OR to_jsonb(NEW) - 'revoked_at' <> to_jsonb(OLD) - 'revoked_at' THEN
    RAISE EXCEPTION 'authorization: never changed, only revoked once'
      USING ERRCODE = 'check_violation';
  END IF;
  -- The row is locked by now: a time taken before the wait for the lock would lie.
  NEW.revoked_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_only_is_revoked ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_only_is_revoked BEFORE UPDATE ON authorizations_authorization
FOR EACH ROW EXECUTE FUNCTION hedui_authorization_only_is_revoked()
-- ;;
CREATE OR REPLACE FUNCTION hedui_authorization_is_of_one_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM cases_member m
                 JOIN cases_declaration d ON d.id = NEW.declaration_id AND d.case_id = m.case_id
                 WHERE m.id = NEW.member_id AND m.case_id = NEW.case_id) THEN
    RAISE EXCEPTION 'authorization: person, declaration and case belong together'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_of_one_case ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_is_of_one_case BEFORE INSERT ON authorizations_authorization
FOR EACH ROW EXECUTE FUNCTION hedui_authorization_is_of_one_case()
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_changed ON authorizations_form
-- ;;
CREATE TRIGGER authorizations_form_is_never_changed BEFORE UPDATE ON authorizations_form
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('form: a signed text is never changed')
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_deleted ON authorizations_form
-- ;;
CREATE TRIGGER authorizations_form_is_never_deleted BEFORE DELETE ON authorizations_form
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('form: a signed text is never deleted')
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_never_truncated ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_is_never_truncated BEFORE TRUNCATE ON authorizations_authorization
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('authorization: never truncated')
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_truncated ON authorizations_form
-- ;;
CREATE TRIGGER authorizations_form_is_never_truncated BEFORE TRUNCATE ON authorizations_form
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('form: signed texts are never truncated')
