-- Every capability token and the domain it belongs to.
select token, domain
from domain
