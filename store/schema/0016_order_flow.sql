-- A run of the job's step began, and nobody knows how it ended: the process died, or the store could not be written.
ALTER TABLE job ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0;

-- What is not decided yet, or waits: woken when something ends at its upstream.
CREATE INDEX action_deciding ON action (upstream) WHERE state = 'deciding';
