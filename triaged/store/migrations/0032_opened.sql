-- Figures and reviews ask for the incidents that opened in a period: numbers rise with time only
-- nearly, where several daemons have blocks of them.
CREATE INDEX incidents_opened ON incidents (opened_at, number);
