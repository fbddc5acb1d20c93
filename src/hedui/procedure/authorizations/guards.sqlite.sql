DROP TRIGGER IF EXISTS authorizations_authorization_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_authorization_is_never_deleted BEFORE DELETE ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: it is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_only_is_revoked
-- ;;
CREATE TRIGGER authorizations_authorization_only_is_revoked BEFORE UPDATE ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: never changed, only revoked once')
  WHERE OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL OR NEW.guardian IS NOT OLD.guardian
     OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id OR NEW.member_id <> OLD.member_id
     OR NEW.declaration_id <> OLD.declaration_id OR NEW.form_id <> OLD.form_id OR NEW.purpose <> OLD.purpose
     OR NEW.items <> OLD.items OR NEW.period_first <> OLD.period_first OR NEW.period_last <> OLD.period_last
     OR NEW.signed_on <> OLD.signed_on OR NEW.valid_from <> OLD.valid_from OR NEW.valid_until <> OLD.valid_until
     OR NEW.evidence <> OLD.evidence OR NEW.sealed_artefact <> OLD.sealed_artefact OR NEW.entry_id <> OLD.entry_id;
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_of_one_case
-- ;;
CREATE TRIGGER authorizations_authorization_is_of_one_case BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: person, declaration and case belong together')
  WHERE NOT EXISTS (SELECT 1 FROM cases_member m
                    JOIN cases_declaration d ON d.id = NEW.declaration_id AND d.case_id = m.case_id
                    WHERE m.id = NEW.member_id AND m.case_id = NEW.case_id);
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_changed
-- ;;
CREATE TRIGGER authorizations_form_is_never_changed BEFORE UPDATE ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a signed text is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_form_is_never_deleted BEFORE DELETE ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a signed text is never deleted');
END
-- ;;
-- INSERT OR REPLACE deletes the row in its way without firing the triggers of DELETE. So it is
-- refused where a row would be in its way: by a key, or by its place in the table (rowid).
DROP TRIGGER IF EXISTS authorizations_authorization_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_authorization_is_never_replaced BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: never changed, only revoked once')
  WHERE EXISTS (SELECT 1 FROM authorizations_authorization
                WHERE id = NEW.id
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_form_is_never_replaced BEFORE INSERT ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a signed text is never changed')
  WHERE EXISTS (SELECT 1 FROM authorizations_form
                WHERE id = NEW.id
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_changed
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_changed BEFORE UPDATE ON authorizations_pageprint
BEGIN
  SELECT RAISE(ABORT, 'authorization: the look of a paper is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_deleted BEFORE DELETE ON authorizations_pageprint
BEGIN
  SELECT RAISE(ABORT, 'authorization: the look of a paper is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_replaced BEFORE INSERT ON authorizations_pageprint
BEGIN
  SELECT RAISE(ABORT, 'authorization: the look of a paper is never changed')
  WHERE EXISTS (SELECT 1 FROM authorizations_pageprint
                WHERE id = NEW.id OR (authorization_id = NEW.authorization_id AND position = NEW.position)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_enrolment_is_never_changed
-- ;;
CREATE TRIGGER authorizations_enrolment_is_never_changed BEFORE UPDATE ON authorizations_enrolment
BEGIN
  SELECT RAISE(ABORT, 'authorization: an enrolment is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_enrolment_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_enrolment_is_never_deleted BEFORE DELETE ON authorizations_enrolment
BEGIN
  SELECT RAISE(ABORT, 'authorization: an enrolment is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_enrolment_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_enrolment_is_never_replaced BEFORE INSERT ON authorizations_enrolment
BEGIN
  SELECT RAISE(ABORT, 'authorization: an enrolment is never changed')
  WHERE EXISTS (SELECT 1 FROM authorizations_enrolment
                WHERE id = NEW.id OR address = NEW.address
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_wrongcode_is_never_changed
-- ;;
CREATE TRIGGER authorizations_wrongcode_is_never_changed BEFORE UPDATE ON authorizations_wrongcode
BEGIN
  SELECT RAISE(ABORT, 'authorization: a wrong code is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_wrongcode_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_wrongcode_is_never_deleted BEFORE DELETE ON authorizations_wrongcode
BEGIN
  SELECT RAISE(ABORT, 'authorization: a wrong code is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_wrongcode_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_wrongcode_is_never_replaced BEFORE INSERT ON authorizations_wrongcode
BEGIN
  SELECT RAISE(ABORT, 'authorization: a wrong code is never changed')
  WHERE EXISTS (SELECT 1 FROM authorizations_wrongcode
                WHERE id = NEW.id
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_is_never_changed
-- ;;
CREATE TRIGGER authorizations_electronicsignature_is_never_changed BEFORE UPDATE ON authorizations_electronicsignature
BEGIN
  SELECT RAISE(ABORT, 'authorization: an electronic signature is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_electronicsignature_is_never_deleted BEFORE DELETE ON authorizations_electronicsignature
BEGIN
  SELECT RAISE(ABORT, 'authorization: an electronic signature is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_electronicsignature_is_never_replaced BEFORE INSERT ON authorizations_electronicsignature
BEGIN
  SELECT RAISE(ABORT, 'authorization: an electronic signature is never changed')
  WHERE EXISTS (SELECT 1 FROM authorizations_electronicsignature
                WHERE id = NEW.id OR digest = NEW.digest OR (enrolment_id = NEW.enrolment_id AND step = NEW.step)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_on_nobody_elses_paper
-- ;;
CREATE TRIGGER authorizations_authorization_is_on_nobody_elses_paper BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: the paper is that of another person')
  WHERE EXISTS (SELECT 1 FROM authorizations_authorization a
                JOIN cases_member theirs ON theirs.id = a.member_id
                JOIN cases_member mine ON mine.id = NEW.member_id
                WHERE a.evidence = NEW.evidence AND theirs.number_index <> mine.number_index
                  AND NOT (theirs.case_id = mine.case_id AND theirs.key = mine.key));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_by_a_code_in_force
-- ;;
CREATE TRIGGER authorizations_electronicsignature_by_a_code_in_force BEFORE INSERT ON authorizations_electronicsignature
BEGIN
  SELECT RAISE(ABORT, 'authorization: the code was given before, or is in force no more')
  WHERE EXISTS (SELECT 1 FROM authorizations_electronicsignature s
                WHERE s.enrolment_id = NEW.enrolment_id AND s.step >= NEW.step)
     OR EXISTS (SELECT 1 FROM authorizations_enrolment later
                JOIN authorizations_enrolment mine ON mine.member_id = later.member_id
                WHERE mine.id = NEW.enrolment_id AND later.id > mine.id)
     OR (SELECT count(*) FROM authorizations_wrongcode w WHERE w.enrolment_id = NEW.enrolment_id) >= 8;
END
