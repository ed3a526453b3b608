-- Domains that are watched.
select domain
from domain
