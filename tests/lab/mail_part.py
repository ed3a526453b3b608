"""The lab's mail servers: one Postfix that listens at many addresses, and the scripted ones' settings."""
import os
import pwd

MAIN = """compatibility_level = 3.6
config_directory = {folder}/postfix
queue_directory = {folder}/queue
data_directory = data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/postfix
maillog_file_prefixes = {folder}/log
inet_protocols = {protocols}
inet_interfaces = all
myhostname = mx.lab.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_recipient_restrictions = reject
smtpd_client_connection_count_limit = 0
smtpd_tls_security_level = may
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_session_cache_database =
"""

# Only what smtpd needs in order to greet, to encrypt, and to refuse all mail.
SERVICES = """tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
SMTPD = "{address}:{port} inet n - n - {most} smtpd -o smtpd_tls_chain_files={chain}\n"
MOST_PROCESSES = 20  # for an address


def may_run():
    """Postfix's master starts as root and gives its processes to mail_owner."""
    if os.geteuid() != 0 or not os.path.exists("/usr/lib/postfix/sbin/master"):
        return False
    return any(entry.pw_name == "postfix" for entry in pwd.getpwall())


def write_postfix(folder, plan):
    owner = pwd.getpwnam("postfix")
    protocols = "all" if plan.six else "ipv4"
    text = SERVICES + "".join(
        SMTPD.format(address="[%s]" % address if ":" in address else address, port=plan.smtp_port,
                     most=MOST_PROCESSES, chain=chain)
        for address, server, chain in plan.mail if server == "postfix")
    os.makedirs(folder + "/postfix", exist_ok=True)
    for name, content in (("main.cf", MAIN.format(folder=folder, protocols=protocols)), ("master.cf", text)):
        with open("%s/postfix/%s" % (folder, name), "w") as file:
            file.write(content)
    make_queue(folder, owner)


def make_queue(folder, owner):
    """What `postfix check` would make; it also looks at the system's own files, which are not ours."""
    for name, mode in (("queue", 0o755), ("queue/data", 0o700), ("queue/pid", 0o755),
                       ("queue/private", 0o700), ("queue/public", 0o710)):
        path = os.path.join(folder, name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        if name not in ("queue", "queue/pid"):
            os.chown(path, owner.pw_uid, owner.pw_gid)


def scripted_settings(plan):
    return {"port": plan.smtp_port,
            "listen": [{"address": address, "behaviour": server, "chain": chain}
                       for address, server, chain in plan.mail if server not in ("postfix", "closed")]}


def commands(folder):
    return {"postfix": ["/usr/lib/postfix/sbin/master", "-c", folder + "/postfix", "-d"]}
