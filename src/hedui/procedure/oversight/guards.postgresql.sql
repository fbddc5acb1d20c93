
CREATE OR REPLACE FUNCTION hedui_second_review_is_blind() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  day_ date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  -- Of two reviewers of one conclusion the second waits, and sees the first one's.
  PERFORM 1 FROM determinations_determination d WHERE d.id = NEW.determination_id FOR NO KEY UPDATE;
  IF length(NEW.content) = 0 OR NEW.outcome NOT IN ('meets', 'does_not', 'open')
     OR NOT EXISTS (SELECT 1 FROM determinations_determination d
                    WHERE d.id = NEW.determination_id AND d.confirmed_at IS NOT NULL
                      AND (d.confirmed_at AT TIME ZONE 'Asia/Shanghai')::date < date_trunc('month', day_)::date)
     OR NOT EXISTS (SELECT 1 FROM agencies_post p
                    JOIN agencies_officer f ON f.id = p.officer_id AND f.is_active
                    WHERE 'officer:' || p.officer_id = NEW.reviewed_by AND p.role = 'commission'
                      AND p.first_day <= day_ AND (p.last_day IS NULL OR p.last_day >= day_)) THEN
    RAISE EXCEPTION 'second_review: by an officer with a post for it, with reasons, of what was confirmed in a month that is over'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM record_entry e
                WHERE e."case" = (SELECT c.case_id FROM determinations_determination d
                JOIN reports_report r ON r.id = d.report_id
                JOIN commissions_commission c ON c.id = r.commission_id
                WHERE d.id = NEW.determination_id)
                  AND e.actor = NEW.reviewed_by AND e.act NOT LIKE 'oversight.%') THEN
    RAISE EXCEPTION 'second_review: who did or saw anything of the case before does not review it'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS oversight_secondreview_is_blind ON oversight_secondreview
-- ;;
CREATE TRIGGER oversight_secondreview_is_blind BEFORE INSERT ON oversight_secondreview
FOR EACH ROW EXECUTE FUNCTION hedui_second_review_is_blind()
