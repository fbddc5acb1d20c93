CREATE OR REPLACE FUNCTION hedui_refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
END $$
-- ;;
-- For each row: so these two name the table in full, and set no path.
CREATE OR REPLACE FUNCTION hedui_with_its_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.entry_id IS NULL
     OR EXISTS (SELECT 1 FROM public.record_entry e WHERE e.id = NEW.entry_id) THEN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_told_by_its_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.record_entry e
                 WHERE e.id = NEW.entry_id AND e.act = ANY (TG_ARGV[1:])) THEN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
-- ;;
-- The newest entry is found from the end of the index. To ask whether there is one beyond would
-- have the planner expect many and read the whole table.
CREATE OR REPLACE FUNCTION hedui_head_only_grows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  newest record;
BEGIN
  IF NEW.size <= OLD.size THEN
    RAISE EXCEPTION 'ledger: the head only grows' USING ERRCODE = 'check_violation';
  END IF;
  SELECT e.index, encode(e.leaf, 'hex') AS leaf INTO newest
  FROM record_entry e ORDER BY e.index DESC LIMIT 1;
  IF newest.index IS DISTINCT FROM NEW.size - 1 OR newest.leaf IS DISTINCT FROM NEW.last THEN
    RAISE EXCEPTION 'ledger: the head is that of the entries' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_entry_comes_next() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.index <> (SELECT COALESCE(MAX(e.index) + 1, 0) FROM record_entry e) THEN
    RAISE EXCEPTION 'ledger: an entry comes next or not at all' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS record_entry_comes_next ON record_entry
-- ;;
CREATE TRIGGER record_entry_comes_next BEFORE INSERT ON record_entry
FOR EACH ROW EXECUTE FUNCTION hedui_entry_comes_next()
-- ;;
DROP TRIGGER IF EXISTS record_head_only_grows ON record_head
-- ;;
CREATE TRIGGER record_head_only_grows BEFORE UPDATE ON record_head
FOR EACH ROW EXECUTE FUNCTION hedui_head_only_grows()
-- ;;
-- Else what nobody can take back would stand in the way of what is signed and proved later.
CREATE OR REPLACE FUNCTION hedui_checkpoint_is_of_what_there_is() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM record_head h WHERE NEW.size BETWEEN 1 AND h.size) THEN
    RAISE EXCEPTION 'ledger: a checkpoint is of what there is' USING ERRCODE = 'check_violation';
  END IF;
  IF split_part(NEW.note, E'\n', 2) <> NEW.size::text THEN
    RAISE EXCEPTION 'ledger: a checkpoint names its size' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS record_checkpoint_is_of_what_there_is ON record_checkpoint
-- ;;
CREATE TRIGGER record_checkpoint_is_of_what_there_is BEFORE INSERT ON record_checkpoint
FOR EACH ROW EXECUTE FUNCTION hedui_checkpoint_is_of_what_there_is()
-- ;;
CREATE OR REPLACE FUNCTION hedui_node_is_of_what_there_is() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.place < 0 OR NEW.place & 63 NOT BETWEEN 3 AND 40 OR octet_length(NEW.root) <> 32
     OR ((NEW.place >> 6) + 1)::float8 * 2 ^ (NEW.place & 63)
        > (SELECT COALESCE(MAX(e.index) + 1, 0) FROM record_entry e) THEN
    RAISE EXCEPTION 'ledger: a subtree is of what there is' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS record_node_is_of_what_there_is ON record_node
-- ;;
CREATE TRIGGER record_node_is_of_what_there_is BEFORE INSERT ON record_node
FOR EACH ROW EXECUTE FUNCTION hedui_node_is_of_what_there_is()
-- ;;
-- Else one line that is none would make the whole export unreadable.
CREATE OR REPLACE FUNCTION hedui_cosignature_is_a_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.line !~ '^— [^ \n]+ [A-Za-z0-9+/]+={0,2}\n$' OR split_part(NEW.line, ' ', 2) <> NEW.witness
     OR length(trim(E'\n' FROM split_part(NEW.line, ' ', 3))) % 4 <> 0 THEN
    RAISE EXCEPTION 'ledger: a cosignature is one line of its witness' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS record_cosignature_is_a_line ON record_cosignature
-- ;;
CREATE TRIGGER record_cosignature_is_a_line BEFORE INSERT ON record_cosignature
FOR EACH ROW EXECUTE FUNCTION hedui_cosignature_is_a_line()
