-- Optuna's schema at its head revision v3.2.0.a, as every release since 3.2.0 makes it, with the two
-- rows by which Optuna recognises it. Runs in one transaction.
CREATE TYPE studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE');
CREATE TYPE trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING');
CREATE TYPE trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG');
CREATE TYPE trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN');
CREATE TABLE studies (
    study_id serial,
    study_name varchar(512) NOT NULL,
    PRIMARY KEY (study_id)
);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE version_info (
    version_info_id integer NOT NULL,
    schema_version integer,
    library_version varchar(256),
    PRIMARY KEY (version_info_id),
    CHECK (version_info_id = 1)
);
CREATE TABLE study_directions (
    study_direction_id serial,
    direction studydirection NOT NULL,
    study_id integer NOT NULL,
    objective integer NOT NULL,
    PRIMARY KEY (study_direction_id),
    UNIQUE (study_id, objective),
    FOREIGN KEY (study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_user_attributes (
    study_user_attribute_id serial,
    study_id integer,
    key varchar(512),
    value_json text,
    PRIMARY KEY (study_user_attribute_id),
    UNIQUE (study_id, key),
    FOREIGN KEY (study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_system_attributes (
    study_system_attribute_id serial,
    study_id integer,
    key varchar(512),
    value_json text,
    PRIMARY KEY (study_system_attribute_id),
    UNIQUE (study_id, key),
    FOREIGN KEY (study_id) REFERENCES studies (study_id)
);
CREATE TABLE trials (
    trial_id serial,
    number integer,
    study_id integer,
    state trialstate NOT NULL,
    datetime_start timestamp,
    datetime_complete timestamp,
    PRIMARY KEY (trial_id),
    FOREIGN KEY (study_id) REFERENCES studies (study_id)
);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TABLE trial_user_attributes (
    trial_user_attribute_id serial,
    trial_id integer,
    key varchar(512),
    value_json text,
    PRIMARY KEY (trial_user_attribute_id),
    UNIQUE (trial_id, key),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_system_attributes (
    trial_system_attribute_id serial,
    trial_id integer,
    key varchar(512),
    value_json text,
    PRIMARY KEY (trial_system_attribute_id),
    UNIQUE (trial_id, key),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_params (
    param_id serial,
    trial_id integer,
    param_name varchar(512),
    param_value double precision,
    distribution_json text,
    PRIMARY KEY (param_id),
    UNIQUE (trial_id, param_name),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_values (
    trial_value_id serial,
    trial_id integer NOT NULL,
    objective integer NOT NULL,
    value double precision,
    value_type trialvaluetype NOT NULL,
    PRIMARY KEY (trial_value_id),
    UNIQUE (trial_id, objective),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
    trial_intermediate_value_id serial,
    trial_id integer NOT NULL,
    step integer NOT NULL,
    intermediate_value double precision,
    intermediate_value_type trialintermediatevaluetype NOT NULL,
    PRIMARY KEY (trial_intermediate_value_id),
    UNIQUE (trial_id, step),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_heartbeats (
    trial_heartbeat_id serial,
    trial_id integer NOT NULL,
    heartbeat timestamp NOT NULL,
    PRIMARY KEY (trial_heartbeat_id),
    UNIQUE (trial_id),
    FOREIGN KEY (trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE alembic_version (
    version_num varchar(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO version_info (version_info_id, schema_version, library_version) VALUES (1, 12, '5.0.0');
INSERT INTO alembic_version (version_num) VALUES ('v3.2.0.a');
