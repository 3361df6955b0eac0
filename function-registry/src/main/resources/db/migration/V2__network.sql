-- What the function reaches besides the gateway: NONE or EGRESS, as its tag says.
alter table functions add column network varchar(16) not null default 'NONE';
