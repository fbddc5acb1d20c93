DROP TRIGGER IF EXISTS determinations_determination_is_never_deleted ON determinations_determination
-- ;;
CREATE TRIGGER determinations_determination_is_never_deleted BEFORE DELETE ON determinations_determination
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('determination: it is never deleted')
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_is_never_truncated ON determinations_determination
-- ;;
CREATE TRIGGER determinations_determination_is_never_truncated BEFORE TRUNCATE ON determinations_determination
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('determination: never truncated')
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_not_after_erasure ON determinations_determination
-- ;;
CREATE TRIGGER determinations_determination_not_after_erasure BEFORE INSERT ON determinations_determination
FOR EACH ROW EXECUTE FUNCTION hedui_nothing_after_erasure('report')
-- ;;
CREATE OR REPLACE FUNCTION hedui_determination_begins_proposed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  day_ date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  -- Who objects locks the report: of the two, one waits and then sees the other.
  PERFORM 1 FROM reports_report r WHERE r.id = NEW.report_id FOR NO KEY UPDATE;
  IF NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> '' OR length(NEW.content) = 0
     OR NEW.outcome NOT IN ('grant', 'refuse', 'reduce', 'stop')
     OR NOT EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id AND r.status = 'issued'
                      AND NOT EXISTS (SELECT 1 FROM reports_report n
                                      WHERE n.commission_id = r.commission_id
                                        AND n.version > r.version AND n.status = 'issued'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.proposed_by AND p.role = 'commission'
                      AND p.first_day <= day_ AND (p.last_day IS NULL OR p.last_day >= day_)) THEN
    RAISE EXCEPTION 'determination: proposed by an officer with a post for it, on the report in force, unconfirmed'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id
                  AND NEW.proposed_by IN ('officer:' || r.prepared_by_id,
                                'officer:' || r.countersigned_by_id)) THEN
    RAISE EXCEPTION 'determination: who prepared or signed the report does not decide'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome <> 'grant'
    AND (jsonb_array_length(NEW.findings) = 0
         OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.findings) x
                    WHERE NOT EXISTS (SELECT 1 FROM reports_finding f
                                      WHERE f.report_id = NEW.report_id
                                        AND f.position = x.value::int
                                        AND f.status = 'inconsistent'))
         OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.findings) x
                    JOIN reports_finding f ON f.report_id = NEW.report_id AND f.position = x.value::int
                    JOIN reports_report r ON r.id = f.report_id
                    JOIN reports_report b ON b.commission_id = r.commission_id
                    JOIN objections_objection o ON o.report_id = b.id
                    JOIN objections_contested t ON t.objection_id = o.id
                    JOIN reports_finding g ON g.id = t.finding_id AND g.member_id = f.member_id
                                          AND g.source = f.source AND g.item = f.item
                    WHERE NOT EXISTS (SELECT 1 FROM objections_resolution s
                                      WHERE s.contested_id = t.id))) THEN
    RAISE EXCEPTION 'determination: an adverse one rests on discrepancies of the report, not on silence nor on hold'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_begins_proposed ON determinations_determination
-- ;;
CREATE TRIGGER determinations_determination_begins_proposed BEFORE INSERT ON determinations_determination
FOR EACH ROW EXECUTE FUNCTION hedui_determination_begins_proposed()
-- ;;
CREATE OR REPLACE FUNCTION hedui_determination_is_confirmed_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  day_ date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  -- Who objects locks the report: of the two, one waits and then sees the other.
  PERFORM 1 FROM reports_report r WHERE r.id = NEW.report_id FOR NO KEY UPDATE;
  IF to_jsonb(NEW) - '{confirmed_by,confirmed_at}'::text[] <> to_jsonb(OLD) - '{confirmed_by,confirmed_at}'::text[]
     OR OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL
     OR NEW.confirmed_by = OLD.proposed_by OR NEW.confirmed_by NOT LIKE 'officer:%' THEN
    RAISE EXCEPTION 'determination: never changed, only confirmed once, by another'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id AND r.status = 'issued'
                      AND NOT EXISTS (SELECT 1 FROM reports_report n
                                      WHERE n.commission_id = r.commission_id
                                        AND n.version > r.version AND n.status = 'issued'))
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.confirmed_by AND p.role = 'commission'
                      AND p.first_day <= day_ AND (p.last_day IS NULL OR p.last_day >= day_)) THEN
    RAISE EXCEPTION 'determination: proposed by an officer with a post for it, on the report in force, unconfirmed'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM reports_report r WHERE r.id = NEW.report_id
                  AND NEW.confirmed_by IN ('officer:' || r.prepared_by_id,
                                'officer:' || r.countersigned_by_id)) THEN
    RAISE EXCEPTION 'determination: who prepared or signed the report does not decide'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome <> 'grant'
    AND NOT EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id)
     OR NEW.outcome <> 'grant'
    AND EXISTS (SELECT 1 FROM reports_delivery d WHERE d.report_id = NEW.report_id
                  AND d.objections_until >= day_) THEN
    RAISE EXCEPTION 'determination: an adverse one waits until the family was told and its time to object is over'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome <> 'grant' AND EXISTS (SELECT 1 FROM objections_contested t
                JOIN objections_objection o ON o.id = t.objection_id
                JOIN reports_report b ON b.id = o.report_id
                JOIN reports_report r ON r.commission_id = b.commission_id
                WHERE r.id = NEW.report_id
                  AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                  WHERE s.contested_id = t.id)) THEN
    RAISE EXCEPTION 'determination: an adverse one waits until no objection is open'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.outcome <> 'grant'
    AND (NEW.apart NOT IN ('visit', 'statement', 'paper', 'source')
         OR NOT EXISTS (SELECT 1 FROM cases_exhibit e WHERE e.about = NEW.id)) THEN
    RAISE EXCEPTION 'determination: an adverse one is confirmed apart from the source, with a paper'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS determinations_determination_is_confirmed_by_another ON determinations_determination
-- ;;
CREATE TRIGGER determinations_determination_is_confirmed_by_another BEFORE UPDATE ON determinations_determination
FOR EACH ROW EXECUTE FUNCTION hedui_determination_is_confirmed_by_another()
