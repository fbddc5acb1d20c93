DROP TRIGGER IF EXISTS cases_declaration_is_never_deleted
-- ;;
CREATE TRIGGER cases_declaration_is_never_deleted BEFORE DELETE ON cases_declaration
BEGIN
  SELECT RAISE(ABORT, 'declaration: a version is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS cases_declaration_is_closed_once_frozen
-- ;;
CREATE TRIGGER cases_declaration_is_closed_once_frozen BEFORE INSERT ON cases_declaration
BEGIN
  SELECT RAISE(ABORT, 'declaration: frozen, no further version')
  WHERE EXISTS (SELECT 1 FROM cases_declaration d
                WHERE d.case_id = NEW.case_id AND d.frozen_at IS NOT NULL);
  SELECT RAISE(ABORT, 'declaration: it is frozen by a commission, later')
  WHERE NEW.frozen_at IS NOT NULL;
END
-- ;;
DROP TRIGGER IF EXISTS cases_declaration_only_freezes
-- ;;
CREATE TRIGGER cases_declaration_only_freezes BEFORE UPDATE ON cases_declaration
BEGIN
  SELECT RAISE(ABORT, 'declaration: a version is never changed, it is frozen once')
  WHERE OLD.frozen_at IS NOT NULL OR NEW.frozen_at IS NULL
     OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id
     OR NEW.version <> OLD.version
     OR NEW.content <> OLD.content OR NEW.digest <> OLD.digest
     OR NEW.declared_at <> OLD.declared_at OR NEW.entry_id <> OLD.entry_id;
  SELECT RAISE(ABORT, 'declaration: only the newest version is frozen')
  WHERE EXISTS (SELECT 1 FROM cases_declaration d
                WHERE d.case_id = NEW.case_id AND d.version > NEW.version);
END
-- ;;
DROP TRIGGER IF EXISTS cases_member_only_is_replaced
-- ;;
CREATE TRIGGER cases_member_only_is_replaced BEFORE UPDATE ON cases_member
BEGIN
  SELECT RAISE(ABORT, 'member: a person is never changed, only replaced')
  WHERE NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id
     OR NEW.key <> OLD.key
     OR NEW.person <> OLD.person OR NEW.number_index <> OLD.number_index
     OR NEW.birth_date <> OLD.birth_date OR (OLD.replaced AND NOT NEW.replaced);
  SELECT RAISE(ABORT, 'member: a person is never changed, only replaced')
  WHERE (NEW.position <> OLD.position OR NEW.relation <> OLD.relation)
    AND EXISTS (SELECT 1 FROM cases_declaration d
                WHERE d.case_id = NEW.case_id AND d.frozen_at IS NOT NULL);
END
-- ;;
DROP TRIGGER IF EXISTS cases_member_joins_before_the_freeze
-- ;;
CREATE TRIGGER cases_member_joins_before_the_freeze BEFORE INSERT ON cases_member
BEGIN
  SELECT RAISE(ABORT, 'member: the declaration is frozen, nobody is added to the household')
  WHERE EXISTS (SELECT 1 FROM cases_declaration d
                WHERE d.case_id = NEW.case_id AND d.frozen_at IS NOT NULL);
END
-- ;;
DROP TRIGGER IF EXISTS cases_member_is_never_deleted
-- ;;
CREATE TRIGGER cases_member_is_never_deleted BEFORE DELETE ON cases_member
BEGIN
  SELECT RAISE(ABORT, 'member: a person is never deleted');
END
-- ;;
-- INSERT OR REPLACE deletes the row in its way without firing the triggers of DELETE. So it is
-- refused where a row would be in its way: by a key, or by its place in the table (rowid).
DROP TRIGGER IF EXISTS cases_declaration_is_never_replaced
-- ;;
CREATE TRIGGER cases_declaration_is_never_replaced BEFORE INSERT ON cases_declaration
BEGIN
  SELECT RAISE(ABORT, 'declaration: a version is never changed, it is frozen once')
  WHERE EXISTS (SELECT 1 FROM cases_declaration
                WHERE id = NEW.id
                   OR (case_id = NEW.case_id AND version = NEW.version)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS cases_member_is_never_replaced
-- ;;
CREATE TRIGGER cases_member_is_never_replaced BEFORE INSERT ON cases_member
BEGIN
  SELECT RAISE(ABORT, 'member: a person is never changed, only replaced')
  WHERE EXISTS (SELECT 1 FROM cases_member
                WHERE id = NEW.id
                   OR (case_id = NEW.case_id AND NOT replaced AND NOT NEW.replaced AND ("key" = NEW."key" OR number_index = NEW.number_index))
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
