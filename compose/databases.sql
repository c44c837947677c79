-- Run by the postgres image on an empty volume: a database for Airflow and one for the analysts' warehouse, each with an
-- owner who is no superuser. Analysts get roles of their own later (docs/runbooks/add-an-analyst.md).
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv warehouse_password WAREHOUSE_DB_PASSWORD

CREATE ROLE airflow LOGIN PASSWORD :'airflow_password';
CREATE DATABASE airflow OWNER airflow;
REVOKE CONNECT ON DATABASE airflow FROM PUBLIC;

CREATE ROLE sogong LOGIN PASSWORD :'warehouse_password';
CREATE DATABASE sogong OWNER sogong;
