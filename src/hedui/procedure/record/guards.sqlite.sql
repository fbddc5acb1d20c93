
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
DROP TRIGGER IF EXISTS record_head_is_never_replaced
-- ;;
CREATE TRIGGER record_head_is_never_replaced BEFORE INSERT ON record_head
BEGIN
  SELECT RAISE(ABORT, 'ledger: the head only grows')
  WHERE EXISTS (SELECT 1 FROM record_head
                WHERE TRUE);
END
-- ;;
DROP TRIGGER IF EXISTS record_checkpoint_is_of_what_there_is
-- ;;
CREATE TRIGGER record_checkpoint_is_of_what_there_is BEFORE INSERT ON record_checkpoint
BEGIN
  SELECT RAISE(ABORT, 'ledger: a checkpoint is of what there is')
  WHERE NOT EXISTS (SELECT 1 FROM record_head h WHERE NEW.size BETWEEN 1 AND h.size);
  SELECT RAISE(ABORT, 'ledger: a checkpoint names its size')
  WHERE substr(NEW.note, instr(NEW.note, char(10)) + 1, length(NEW.size) + 1) <> NEW.size || char(10);
END
-- ;;
DROP TRIGGER IF EXISTS record_node_is_of_what_there_is
-- ;;
CREATE TRIGGER record_node_is_of_what_there_is BEFORE INSERT ON record_node
BEGIN
  SELECT RAISE(ABORT, 'ledger: a subtree is of what there is')
  WHERE NEW.place < 0 OR NEW.place & 63 NOT BETWEEN 3 AND 40 OR length(NEW.root) <> 32
     OR ((NEW.place >> 6) + 1) * 1.0 * (1 << (NEW.place & 63))
        > (SELECT COALESCE(MAX(e."index") + 1, 0) FROM record_entry e);
END
-- ;;
DROP TRIGGER IF EXISTS record_cosignature_is_a_line
-- ;;
CREATE TRIGGER record_cosignature_is_a_line BEFORE INSERT ON record_cosignature
BEGIN
  SELECT RAISE(ABORT, 'ledger: a cosignature is one line of its witness')
  WHERE substr(NEW.line, 1, length(NEW.witness) + 3) <> '— ' || NEW.witness || ' '
     OR instr(NEW.witness, ' ') OR instr(NEW.witness, char(10))
     OR substr(NEW.line, -1) <> char(10)
     OR ltrim(substr(NEW.line, length(NEW.witness) + 4, length(NEW.line) - length(NEW.witness) - 4),
              'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') NOT IN ('', '=', '==')
     OR (length(NEW.line) - length(NEW.witness) - 4) % 4 <> 0
     OR length(NEW.line) - length(NEW.witness) - 4 = 0;
END
