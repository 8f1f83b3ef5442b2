-- People who sign in. The columns of the first four tables are those that better-auth 1.7 reads and writes, under our
-- names; its times are points in time of the database, not numbers.

create table person (
  id text primary key,
  name text not null,
  -- In lower case.
  email text not null unique,
  email_verified boolean not null,
  image text,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp,
  role text not null check (role in ('administrator', 'marketing', 'sales', 'leadership', 'viewer'))
);

create table session (
  id text primary key,
  expires_at timestamptz not null,
  token text not null unique,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null,
  ip_address text,
  user_agent text,
  person_id text not null references person on delete cascade
);
create index session_person on session (person_id);

-- The ways in which a person signs in: a password (hashed), or another service.
create table sign_in (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  person_id text not null references person on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index sign_in_person on sign_in (person_id);

create table verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create index verification_identifier on verification (identifier);

-- Passwords that were tried, by account and by address, until one was right or the time was over.
create table attempt (
  subject text collate "C" primary key,
  tried integer not null,
  since bigint not null
);
