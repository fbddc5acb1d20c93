DROP TRIGGER IF EXISTS record_entry_is_never_changed
-- ;;
CREATE TRIGGER record_entry_is_never_changed BEFORE UPDATE ON record_entry
BEGIN SELECT RAISE(ABORT, 'ledger: an entry is never changed'); END
-- ;;
DROP TRIGGER IF EXISTS record_entry_is_never_deleted
-- ;;
CREATE TRIGGER record_entry_is_never_deleted BEFORE DELETE ON record_entry
BEGIN SELECT RAISE(ABORT, 'ledger: an entry is never deleted'); END
-- ;;
DROP TRIGGER IF EXISTS record_head_only_grows
-- ;;
CREATE TRIGGER record_head_only_grows BEFORE UPDATE ON record_head
BEGIN
  SELECT RAISE(ABORT, 'ledger: the head only grows')
  WHERE NEW.size <= OLD.size;
  SELECT RAISE(ABORT, 'ledger: the head is that of the entries')
  WHERE NOT EXISTS (SELECT 1 FROM record_entry e
                    WHERE e."index" = NEW.size - 1 AND lower(hex(e.leaf)) = NEW.last)
     OR EXISTS (SELECT 1 FROM record_entry e WHERE e."index" >= NEW.size);
END
-- ;;
DROP TRIGGER IF EXISTS record_entry_comes_next
-- ;;
CREATE TRIGGER record_entry_comes_next BEFORE INSERT ON record_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger: an entry comes next or not at all')
  WHERE NEW."index" <> (SELECT COALESCE(MAX(e."index") + 1, 0) FROM record_entry e);
END
-- ;;
DROP TRIGGER IF EXISTS record_head_is_never_deleted
-- ;;
CREATE TRIGGER record_head_is_never_deleted BEFORE DELETE ON record_head
BEGIN SELECT RAISE(ABORT, 'ledger: the head is never deleted'); END
-- ;;
-- INSERT OR REPLACE deletes the row in its way without firing the triggers of DELETE. So it is
-- refused where a row would be in its way: by a key, or by its place in the table (rowid).
DROP TRIGGER IF EXISTS record_entry_is_never_replaced
-- ;;
CREATE TRIGGER record_entry_is_never_replaced BEFORE INSERT ON record_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger: an entry is never changed')
  WHERE EXISTS (SELECT 1 FROM record_entry
                WHERE id = NEW.id
                   OR "index" = NEW."index"
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS record_head_is_never_replaced
-- ;;
CREATE TRIGGER record_head_is_never_replaced BEFORE INSERT ON record_head
BEGIN
  SELECT RAISE(ABORT, 'ledger: the head only grows')
  WHERE EXISTS (SELECT 1 FROM record_head
                WHERE TRUE);
END
-- ;;
DROP TRIGGER IF EXISTS record_node_is_never_changed
-- ;;
CREATE TRIGGER record_node_is_never_changed BEFORE UPDATE ON record_node
BEGIN SELECT RAISE(ABORT, 'ledger: a subtree is never changed'); END
-- ;;
DROP TRIGGER IF EXISTS record_node_is_never_deleted
-- ;;
CREATE TRIGGER record_node_is_never_deleted BEFORE DELETE ON record_node
BEGIN SELECT RAISE(ABORT, 'ledger: a subtree is never deleted'); END
-- ;;
DROP TRIGGER IF EXISTS record_node_is_never_replaced
-- ;;
CREATE TRIGGER record_node_is_never_replaced BEFORE INSERT ON record_node
BEGIN
  SELECT RAISE(ABORT, 'ledger: a subtree is never changed')
  WHERE EXISTS (SELECT 1 FROM record_node WHERE place = NEW.place
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS record_checkpoint_is_never_changed
-- ;;
CREATE TRIGGER record_checkpoint_is_never_changed BEFORE UPDATE ON record_checkpoint
BEGIN SELECT RAISE(ABORT, 'ledger: a checkpoint is never changed'); END
-- ;;
DROP TRIGGER IF EXISTS record_checkpoint_is_never_deleted
-- ;;
CREATE TRIGGER record_checkpoint_is_never_deleted BEFORE DELETE ON record_checkpoint
BEGIN SELECT RAISE(ABORT, 'ledger: a checkpoint is never deleted'); END
-- ;;
DROP TRIGGER IF EXISTS record_checkpoint_is_never_replaced
-- ;;
CREATE TRIGGER record_checkpoint_is_never_replaced BEFORE INSERT ON record_checkpoint
BEGIN
  SELECT RAISE(ABORT, 'ledger: a checkpoint is never changed')
  WHERE EXISTS (SELECT 1 FROM record_checkpoint WHERE size = NEW.size
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS record_cosignature_is_never_changed
-- ;;
CREATE TRIGGER record_cosignature_is_never_changed BEFORE UPDATE ON record_cosignature
BEGIN SELECT RAISE(ABORT, 'ledger: a cosignature is never changed'); END
-- ;;
DROP TRIGGER IF EXISTS record_cosignature_is_never_deleted
-- ;;
CREATE TRIGGER record_cosignature_is_never_deleted BEFORE DELETE ON record_cosignature
BEGIN SELECT RAISE(ABORT, 'ledger: a cosignature is never deleted'); END
-- ;;
DROP TRIGGER IF EXISTS record_cosignature_is_never_replaced
-- ;;
CREATE TRIGGER record_cosignature_is_never_replaced BEFORE INSERT ON record_cosignature
BEGIN
  SELECT RAISE(ABORT, 'ledger: a cosignature is never changed')
  WHERE EXISTS (SELECT 1 FROM record_cosignature WHERE id = NEW.id OR (checkpoint_id = NEW.checkpoint_id AND witness = NEW.witness)
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
