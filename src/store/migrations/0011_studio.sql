-- What people say about a rule of a model. A comment belongs to the rule's id, not to a version: rules live longer.
create table rule_comment (
  comment_id bigint generated always as identity primary key,
  model text collate "C" not null,
  rule text collate "C" not null,
  text text not null,
  by text not null,
  at bigint not null,
  resolved_at bigint,
  resolved_by text
);
create index rule_comment_model on rule_comment (model, comment_id);
