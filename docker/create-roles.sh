#!/usr/bin/env bash
# Runs once, when the database's volume is new: the owner of the schema, and the application that may not change it.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" --username postgres <<'SQL'
CREATE ROLE glasshall_owner LOGIN PASSWORD :'owner';
CREATE ROLE glasshall_app LOGIN PASSWORD :'app';
CREATE DATABASE glasshall OWNER glasshall_owner;
REVOKE ALL ON DATABASE glasshall FROM PUBLIC;
GRANT CONNECT ON DATABASE glasshall TO glasshall_app;
SQL
