-- Run once, by PostgreSQL's image, on an empty volume: the role that owns the tables and the one the diary runs by.
-- Who they are stands in the two secret addresses of the database, and nowhere else.
\set owner `cat /run/secrets/migration_url`
\set app `cat /run/secrets/database_url`
SET log_min_error_statement = panic;  -- a statement that fails would be logged, with the password in it

SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', part[1], part[2])
FROM (VALUES (:'owner'), (:'app')) AS given (url), regexp_match(url, '^postgresql://([^:/@]+):([^:/@]+)@') AS part
\gexec

SELECT format('CREATE DATABASE diary OWNER %I', split_part(split_part(:'owner', '//', 2), ':', 1))
\gexec

-- Nobody else comes in, and nobody makes tables but their owner.
REVOKE ALL ON DATABASE diary FROM PUBLIC;
SELECT format('GRANT CONNECT ON DATABASE diary TO %I', split_part(split_part(:'app', '//', 2), ':', 1))
\gexec
