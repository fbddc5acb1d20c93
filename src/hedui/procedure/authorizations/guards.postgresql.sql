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
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_changed ON authorizations_pageprint
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_changed BEFORE UPDATE ON authorizations_pageprint
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: the look of a paper is never changed')
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_deleted ON authorizations_pageprint
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_deleted BEFORE DELETE ON authorizations_pageprint
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: the look of a paper is never deleted')
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_truncated ON authorizations_pageprint
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_truncated BEFORE TRUNCATE ON authorizations_pageprint
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('authorization: the look of a paper is never truncated')
-- ;;
DROP TRIGGER IF EXISTS authorizations_enrolment_is_never_changed ON authorizations_enrolment
-- ;;
CREATE TRIGGER authorizations_enrolment_is_never_changed BEFORE UPDATE ON authorizations_enrolment
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: an enrolment is never changed')
-- ;;
DROP TRIGGER IF EXISTS authorizations_enrolment_is_never_deleted ON authorizations_enrolment
-- ;;
CREATE TRIGGER authorizations_enrolment_is_never_deleted BEFORE DELETE ON authorizations_enrolment
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: an enrolment is never deleted')
-- ;;
DROP TRIGGER IF EXISTS authorizations_enrolment_is_never_truncated ON authorizations_enrolment
-- ;;
CREATE TRIGGER authorizations_enrolment_is_never_truncated BEFORE TRUNCATE ON authorizations_enrolment
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('authorization: an enrolment is never truncated')
-- ;;
DROP TRIGGER IF EXISTS authorizations_wrongcode_is_never_changed ON authorizations_wrongcode
-- ;;
CREATE TRIGGER authorizations_wrongcode_is_never_changed BEFORE UPDATE ON authorizations_wrongcode
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: a wrong code is never changed')
-- ;;
DROP TRIGGER IF EXISTS authorizations_wrongcode_is_never_deleted ON authorizations_wrongcode
-- ;;
CREATE TRIGGER authorizations_wrongcode_is_never_deleted BEFORE DELETE ON authorizations_wrongcode
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: a wrong code is never deleted')
-- ;;
DROP TRIGGER IF EXISTS authorizations_wrongcode_is_never_truncated ON authorizations_wrongcode
-- ;;
CREATE TRIGGER authorizations_wrongcode_is_never_truncated BEFORE TRUNCATE ON authorizations_wrongcode
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('authorization: a wrong code is never truncated')
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_is_never_changed ON authorizations_electronicsignature
-- ;;
CREATE TRIGGER authorizations_electronicsignature_is_never_changed BEFORE UPDATE ON authorizations_electronicsignature
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: an electronic signature is never changed')
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_is_never_deleted ON authorizations_electronicsignature
-- ;;
CREATE TRIGGER authorizations_electronicsignature_is_never_deleted BEFORE DELETE ON authorizations_electronicsignature
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('authorization: an electronic signature is never deleted')
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_is_never_truncated ON authorizations_electronicsignature
-- ;;
CREATE TRIGGER authorizations_electronicsignature_is_never_truncated BEFORE TRUNCATE ON authorizations_electronicsignature
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('authorization: an electronic signature is never truncated')
-- ;;
CREATE OR REPLACE FUNCTION hedui_authorization_is_on_nobody_elses_paper() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Two that hand in the same paper at once wait for one another here.
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.evidence, 0));
  IF EXISTS (SELECT 1 FROM authorizations_authorization a
                JOIN cases_member theirs ON theirs.id = a.member_id
                JOIN cases_member mine ON mine.id = NEW.member_id
                WHERE a.evidence = NEW.evidence AND theirs.number_index <> mine.number_index
                  AND NOT (theirs.case_id = mine.case_id AND theirs.key = mine.key)) THEN
    RAISE EXCEPTION 'authorization: the paper is that of another person' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_on_nobody_elses_paper ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_is_on_nobody_elses_paper BEFORE INSERT ON authorizations_authorization
FOR EACH ROW EXECUTE FUNCTION hedui_authorization_is_on_nobody_elses_paper()
-- ;;
CREATE OR REPLACE FUNCTION hedui_electronic_signature_by_a_code_in_force() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM authorizations_electronicsignature s
                WHERE s.enrolment_id = NEW.enrolment_id AND s.step >= NEW.step)
     OR EXISTS (SELECT 1 FROM authorizations_enrolment later
                JOIN authorizations_enrolment mine ON mine.member_id = later.member_id
                WHERE mine.id = NEW.enrolment_id AND later.id > mine.id)
     OR (SELECT count(*) FROM authorizations_wrongcode w WHERE w.enrolment_id = NEW.enrolment_id) >= 8 THEN
    RAISE EXCEPTION 'authorization: the code was given before, or is in force no more' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_by_a_code_in_force ON authorizations_electronicsignature
-- ;;
CREATE TRIGGER authorizations_electronicsignature_by_a_code_in_force BEFORE INSERT ON authorizations_electronicsignature
FOR EACH ROW EXECUTE FUNCTION hedui_electronic_signature_by_a_code_in_force()
