coalesce((SELECT CASE s.kind WHEN 'hear' THEN s.word ELSE s.kind END FROM cases_step s
          WHERE s.case_id = NEW.case_id AND s.kind IN ('pay', 'end', 'hear')
          ORDER BY s.id DESC LIMIT 1), '') NOT IN ('pay', 'granted')
