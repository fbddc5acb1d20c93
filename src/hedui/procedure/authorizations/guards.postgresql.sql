
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
-- Whole years of age on a day, as the law counts: the 18th birthday of who was born on 29 February
-- is the 1st of March.
CREATE OR REPLACE FUNCTION hedui_is_of_age(born date, on_ date) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT extract(year FROM on_) * 10000 + extract(month FROM on_) * 100 + extract(day FROM on_)
       - extract(year FROM born) * 10000 - extract(month FROM born) * 100 - extract(day FROM born)
         >= 180000
$$
-- ;;
CREATE OR REPLACE FUNCTION hedui_authorization_rests_on_its_paper() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Locked, so that a text is not withdrawn while it is being registered.
  PERFORM 1 FROM authorizations_form f
  WHERE f.id = NEW.form_id AND f.withdrawn_at IS NULL AND f.first_day <= NEW.signed_on
    AND (f.last_day IS NULL OR f.last_day >= NEW.signed_on)
  FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'authorization: the text is withdrawn or was not in use that day'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM authorizations_form f
                 WHERE f.id = NEW.form_id AND f.programmes ? NEW.purpose) THEN
    RAISE EXCEPTION 'authorization: the text is for another purpose'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.signed_on > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
    RAISE EXCEPTION 'authorization: signed on a day to come' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.sheet_id IS NULL
     AND EXISTS (SELECT 1 FROM cases_case k JOIN agencies_agency g ON g.id = k.agency_id
                 WHERE k.id = NEW.case_id AND g.numbered_only)
     AND NOT EXISTS (SELECT 1 FROM authorizations_electronicsignature e
                     JOIN authorizations_enrolment n ON n.id = e.enrolment_id
                     WHERE e.digest = NEW.evidence AND n.member_id = NEW.member_id) THEN
    RAISE EXCEPTION 'authorization: this agency takes numbered forms only'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.sheet_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM authorizations_sheet s
                     WHERE s.number = NEW.sheet_id AND s.case_id = NEW.case_id
                       AND s.member_id = NEW.member_id AND s.form_id = NEW.form_id
                       AND s.purpose = NEW.purpose AND s.digest = NEW.notice) THEN
    RAISE EXCEPTION 'authorization: the numbered form is of another person, text or purpose'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.sheet_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM authorizations_sheet s
                     WHERE s.number = NEW.sheet_id AND NEW.items <@ s.items) THEN
    RAISE EXCEPTION 'authorization: an item was not printed on the numbered form'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.evidence !~ '^sha256:[0-9a-f]{64}$' THEN
    RAISE EXCEPTION 'authorization: it rests on something signed, which has a digest'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.valid_until - NEW.valid_from > interval '1830 days' THEN
    RAISE EXCEPTION 'authorization: five years at most' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_rests_on_its_paper ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_rests_on_its_paper BEFORE INSERT ON authorizations_authorization
FOR EACH ROW EXECUTE FUNCTION hedui_authorization_rests_on_its_paper()
-- ;;
CREATE OR REPLACE FUNCTION hedui_authorization_is_signed_with_standing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.guardianship_id IS NULL
     AND EXISTS (SELECT 1 FROM cases_member m
                 WHERE m.id = NEW.member_id
                   AND NOT hedui_is_of_age(m.birth_date, NEW.signed_on)) THEN
    RAISE EXCEPTION 'authorization: a minor signs through a guardian'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.guardianship_id IS NULL
     AND EXISTS (SELECT 1 FROM authorizations_guardianship g
                 WHERE g.member_id = NEW.member_id AND g.ended_at IS NULL
                   AND g.ground IN ('no_capacity', 'limited_capacity')) THEN
    RAISE EXCEPTION 'authorization: an adult without capacity signs through a guardian'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.guardianship_id IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM authorizations_guardianship g
       JOIN cases_member m ON m.id = g.member_id
       LEFT JOIN cases_member w ON w.id = g.guardian_id
       WHERE g.id = NEW.guardianship_id AND g.case_id = NEW.case_id
         AND g.member_id = NEW.member_id AND g.ended_at IS NULL
         AND (g.guardian_id IS NULL
              OR (NOT w.replaced AND hedui_is_of_age(w.birth_date, NEW.signed_on)))
         AND (g.ground IN ('no_capacity', 'limited_capacity')
              OR NOT hedui_is_of_age(m.birth_date, NEW.signed_on))) THEN
    RAISE EXCEPTION 'authorization: the guardian has no standing for this person'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_signed_with_standing ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_is_signed_with_standing BEFORE INSERT ON authorizations_authorization
FOR EACH ROW EXECUTE FUNCTION hedui_authorization_is_signed_with_standing()
-- ;;
CREATE OR REPLACE FUNCTION hedui_guardianship_is_within_the_family() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.member_id = NEW.guardian_id OR NEW.ended_at IS NOT NULL
     OR NEW.ground NOT IN ('under_14', 'under_18', 'no_capacity', 'limited_capacity')
     OR NOT EXISTS (SELECT 1 FROM cases_member m
                    WHERE m.id = NEW.member_id AND m.case_id = NEW.case_id AND NOT m.replaced)
     OR (NEW.guardian_id IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM cases_member w
                         WHERE w.id = NEW.guardian_id AND w.case_id = NEW.case_id
                           AND NOT w.replaced)) THEN
    RAISE EXCEPTION 'guardianship: of a person of the case, by another of it or from outside'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.proof = ''
     AND (NEW.guardian_id IS NULL OR NEW.ground IN ('no_capacity', 'limited_capacity')) THEN
    RAISE EXCEPTION 'guardianship: proven, but for a minor by declared kinship'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_guardianship_is_within_the_family ON authorizations_guardianship
-- ;;
CREATE TRIGGER authorizations_guardianship_is_within_the_family BEFORE INSERT ON authorizations_guardianship
FOR EACH ROW EXECUTE FUNCTION hedui_guardianship_is_within_the_family()
-- ;;
CREATE OR REPLACE FUNCTION hedui_guardianship_only_ends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
     OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
    RAISE EXCEPTION 'guardianship: never changed, only ended once'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.ended_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_guardianship_only_ends ON authorizations_guardianship
-- ;;
CREATE TRIGGER authorizations_guardianship_only_ends BEFORE UPDATE ON authorizations_guardianship
FOR EACH ROW EXECUTE FUNCTION hedui_guardianship_only_ends()
-- ;;
CREATE OR REPLACE FUNCTION hedui_sheet_is_bound() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.notice = '' OR NEW.digest = '' OR jsonb_typeof(NEW.items) <> 'array'
     OR NEW.items = '[]'::jsonb
     OR NEW.items @? 'strict $[*] ? (@.type() <> "string")'
     OR NOT EXISTS (SELECT 1 FROM cases_member m
                    WHERE m.id = NEW.member_id AND m.case_id = NEW.case_id AND NOT m.replaced)
     OR NOT EXISTS (SELECT 1 FROM authorizations_form f
                    WHERE f.id = NEW.form_id AND f.withdrawn_at IS NULL) THEN
    RAISE EXCEPTION 'sheet: bound to a person of the case, a text in use and a notice'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_sheet_is_bound ON authorizations_sheet
-- ;;
CREATE TRIGGER authorizations_sheet_is_bound BEFORE INSERT ON authorizations_sheet
FOR EACH ROW EXECUTE FUNCTION hedui_sheet_is_bound()
-- ;;
CREATE OR REPLACE FUNCTION hedui_confirmation_is_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM authorizations_authorization a
                 JOIN record_entry e ON e.id = a.entry_id
                 WHERE a.id = NEW.authorization_id AND e.actor <> NEW.officer) THEN
    RAISE EXCEPTION 'confirmation: by another officer than the one who registered it'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_confirmation_is_by_another ON authorizations_confirmation
-- ;;
CREATE TRIGGER authorizations_confirmation_is_by_another BEFORE INSERT ON authorizations_confirmation
FOR EACH ROW EXECUTE FUNCTION hedui_confirmation_is_by_another()
-- ;;
CREATE OR REPLACE FUNCTION hedui_form_is_whole() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.withdrawn_at IS NOT NULL OR trim(NEW.title) = '' OR trim(NEW.text) = ''
     OR strpos(NEW.text, '告知') = 0 OR strpos(NEW.text, '目的') = 0
     OR strpos(NEW.text, '方式') = 0 OR strpos(NEW.text, '保存') = 0
     OR strpos(NEW.text, '撤回') = 0 THEN
    RAISE EXCEPTION 'form: a text is not blank, tells what is to be told, and is not yet withdrawn'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_whole ON authorizations_form
-- ;;
CREATE TRIGGER authorizations_form_is_whole BEFORE INSERT ON authorizations_form
FOR EACH ROW EXECUTE FUNCTION hedui_form_is_whole()
-- ;;
-- What was signed before an installation is brought by who owns the tables, at setting up.
CREATE OR REPLACE FUNCTION hedui_form_begins_when_published() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.first_day < (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
     AND NOT pg_has_role(session_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID),
                         'USAGE') THEN
    RAISE EXCEPTION 'form: a text is signed from the day of its publication on, not before'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_begins_when_published ON authorizations_form
-- ;;
CREATE TRIGGER authorizations_form_begins_when_published BEFORE INSERT ON authorizations_form
FOR EACH ROW EXECUTE FUNCTION hedui_form_begins_when_published()
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_changed ON authorizations_form
-- ;;
CREATE OR REPLACE FUNCTION hedui_form_only_is_withdrawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
     OR to_jsonb(NEW) - 'withdrawn_at' <> to_jsonb(OLD) - 'withdrawn_at' THEN
    RAISE EXCEPTION 'form: a signed text is never changed, only withdrawn once'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.withdrawn_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_only_is_withdrawn ON authorizations_form
-- ;;
CREATE TRIGGER authorizations_form_only_is_withdrawn BEFORE UPDATE ON authorizations_form
FOR EACH ROW EXECUTE FUNCTION hedui_form_only_is_withdrawn()
-- ;;
CREATE OR REPLACE FUNCTION hedui_pageprint_only_is_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.sketch <> ''::bytea OR NEW.ink <> ''::bytea
     OR to_jsonb(NEW) - '{sketch,ink}'::text[] <> to_jsonb(OLD) - '{sketch,ink}'::text[]
     OR NOT EXISTS (SELECT 1 FROM authorizations_authorization a
                    JOIN cases_erasure e ON e.case_id = a.case_id
                    WHERE a.id = NEW.authorization_id AND e.confirmed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'authorization: the look of a paper is never changed'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_changed ON authorizations_pageprint
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_changed BEFORE UPDATE ON authorizations_pageprint
FOR EACH ROW EXECUTE FUNCTION hedui_pageprint_only_is_erased()
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
                  AND theirs.person <> ''  -- erased: nobody knows whose it was
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
  -- Of two who give the same code at once, one waits for the person and then sees the other.
  PERFORM 1 FROM cases_member m JOIN authorizations_enrolment n ON n.member_id = m.id
  WHERE n.id = NEW.enrolment_id FOR NO KEY UPDATE OF m;
  IF EXISTS (SELECT 1 FROM authorizations_electronicsignature s
                WHERE s.enrolment_id = NEW.enrolment_id AND s.step >= NEW.step)
     OR EXISTS (SELECT 1 FROM authorizations_signin s
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
-- ;;
DROP TRIGGER IF EXISTS authorizations_signin_by_a_code_in_force ON authorizations_signin
-- ;;
CREATE TRIGGER authorizations_signin_by_a_code_in_force BEFORE INSERT ON authorizations_signin
FOR EACH ROW EXECUTE FUNCTION hedui_electronic_signature_by_a_code_in_force()
-- ;;
CREATE OR REPLACE FUNCTION hedui_signin_is_of_now() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.signed_in_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_signin_is_of_now ON authorizations_signin
-- ;;
CREATE TRIGGER authorizations_signin_is_of_now BEFORE INSERT ON authorizations_signin
FOR EACH ROW EXECUTE FUNCTION hedui_signin_is_of_now()
-- ;;
CREATE OR REPLACE FUNCTION hedui_authorization_begins_whole() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.revoked_at IS NOT NULL OR jsonb_typeof(NEW.items) <> 'array' OR NEW.items = '[]'
     OR NEW.items @? 'strict $[*] ? (@.type() <> "string")' THEN
    RAISE EXCEPTION 'authorization: it begins unrevoked, for some items'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_begins_whole ON authorizations_authorization
-- ;;
CREATE TRIGGER authorizations_authorization_begins_whole BEFORE INSERT ON authorizations_authorization
FOR EACH ROW EXECUTE FUNCTION hedui_authorization_begins_whole()
