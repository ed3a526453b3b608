"""The lab's policy hosts: nginx with a server for each name, its own certificate and answer."""
import os

import plan as places
from postures import policy_text

HEAD = """daemon off;
master_process on;
worker_processes 2;
worker_rlimit_nofile 16384;
pid {folder}/run/nginx.pid;
error_log {folder}/log/nginx-error.log warn;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    default_type application/octet-stream;
    server_tokens off;
    keepalive_timeout 5s;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_tickets off;
    ssl_session_cache off;
    server_names_hash_bucket_size 128;
    server_names_hash_max_size 4096;
    client_body_temp_path {folder}/run/nginx-body;
    proxy_temp_path {folder}/run/nginx-proxy;
    fastcgi_temp_path {folder}/run/nginx-fastcgi;
    uwsgi_temp_path {folder}/run/nginx-uwsgi;
    scgi_temp_path {folder}/run/nginx-scgi;
    # Who asks for a name that is not set up gets this certificate, and 404.
    server {{
        {listen_default}
        ssl_certificate {default_chain};
        ssl_certificate_key {default_chain};
        return 404;
    }}
"""

SERVER = """    server {{
        {listen}
        server_name {name};
        ssl_certificate {chain};
        ssl_certificate_key {chain};
        location = /.well-known/mta-sts.txt {{ {answer} }}
        location / {{ return 404; }}
    }}
"""

# The reporting endpoint of the lab's provider: it takes what it is given.
REPORTS = """    server {{
        {listen}
        server_name reports.lab.test;
        ssl_certificate {chain};
        ssl_certificate_key {chain};
        location / {{ return 201; }}
    }}
"""


def listen(plan, address, what=""):
    """On ::1 nothing ever stands between nginx and who asks."""
    result = "listen %s:%d ssl%s;" % (address, plan.policy_port, what)
    return result + (" listen [%s]:%d ssl%s;" % (places.SIX, plan.policy_port, what) if plan.six else "")


def answer(folder, posture):
    policy = posture.policy
    if policy.location:
        return "return %d %s/.well-known/mta-sts.txt;" % (policy.status, policy.location)
    if policy.status != 200:
        return "return %d;" % policy.status
    return "types {} default_type %s; alias %s/www/%s;" % (policy.content_type, folder, posture.name)


def write(folder, plan, address, further=""):
    """Writes policies and nginx.conf; address: where nginx listens; further: servers."""
    chain, _ = plan.authority.issue("web", ["web.lab.test"])
    reports, _ = plan.authority.issue("reports", ["reports.lab.test"])
    user = "user root;" if os.geteuid() == 0 else ""
    text = HEAD.format(folder=folder, default_chain=chain, user=user,
                       listen_default=listen(plan, address, " default_server backlog=4096"))
    text += REPORTS.format(listen=listen(plan, address), chain=reports)
    for name, (posture, chain, _) in plan.policies.items():
        if posture.policy.server != "nginx":
            continue
        with open(os.path.join(folder, "www", posture.name), "wb") as file:
            file.write(policy_text(posture))
        text += SERVER.format(listen=listen(plan, address), name=name, chain=chain,
                              answer=answer(folder, posture))
    with open(os.path.join(folder, "etc", "nginx.conf"), "w") as file:
        file.write(text + further + "}\n")


def commands(folder):
    return {"nginx": ["/usr/sbin/nginx", "-c", folder + "/etc/nginx.conf", "-p", folder,
                      "-e", folder + "/log/nginx-error.log"]}
