#include "wire/registration_cases.hpp"

namespace sotto::test {
namespace {

const crypto::PublicKey small_order_key(base::Bytes<32>{1});

crypto::PublicKey high_bit_key(const crypto::PublicKey& key) {
  base::Bytes<32> u = key.u();
  u[31] |= 0x80;
  return crypto::PublicKey(u);
}

class Cases {
 public:
  void add(std::string note, std::string expect, const std::function<void(RegistrationDraft&)>& spoil) {
    RegistrationDraft draft(made_.size() + 1);
    spoil(draft);
    const base::Blob request = draft.request();
    made_.push_back({.note = std::move(note),
                     .expect = std::move(expect),
                     .authority = expected_authority_.value_or(draft.authority),
                     .mailbox_id = base::blob((expected_mailbox_ ? *expected_mailbox_ : draft.mailbox).view()),
                     .challenge = base::blob(draft.challenge),
                     .request = request});
    expected_authority_.reset();
    expected_mailbox_.reset();
  }
  void expect_authority(std::string authority) { expected_authority_ = std::move(authority); }
  void expect_mailbox(wire::MailboxId mailbox) { expected_mailbox_ = mailbox; }
  std::vector<RegistrationCase> take() { return std::move(made_); }

 private:
  std::vector<RegistrationCase> made_;
  std::optional<std::string> expected_authority_;
  std::optional<wire::MailboxId> expected_mailbox_;
};

void append_field(base::Blob& bytes, std::uint32_t field) {
  const base::Blob extra = wire::StrictWriter().number(field, 1).done();
  bytes.insert(bytes.end(), extra.begin(), extra.end());
}

void add_forms(Cases& cases) {
  cases.add("as it should be", "accept", [](auto&) {});
  cases.add("no one-time prekeys", "accept", [](auto& draft) { draft.one_time_prekeys = 0; });
  cases.add("an unknown field from 64 on in the certificate is kept and ignored", "accept",
            [](auto& draft) { draft.change_certificate_bytes = [](base::Blob& bytes) { append_field(bytes, 64); }; });
  cases.add("cut off", "malformed_request",
            [](auto& draft) { draft.change_request = [](base::Blob& bytes) { bytes.pop_back(); }; });
  cases.add("a trailing byte", "malformed_request",
            [](auto& draft) { draft.change_request = [](base::Blob& bytes) { bytes.push_back(0); }; });
  cases.add("an unknown field in the body", "malformed_request",
            [](auto& draft) { draft.change_body = [](base::Blob& bytes) { append_field(bytes, 7); }; });
  cases.add("an unknown field below 64 in the certificate", "malformed_certificate",
            [](auto& draft) { draft.change_certificate_bytes = [](base::Blob& bytes) { append_field(bytes, 63); }; });
  cases.add("a field twice in the certificate", "malformed_certificate",
            [](auto& draft) { draft.change_certificate_bytes = [](base::Blob& bytes) { append_field(bytes, 6); }; });
  cases.add("epoch 0", "malformed_certificate",
            [](auto& draft) { draft.change_certificate = [](wire::AccountCertificate& made) { made.epoch = 0; }; });
  cases.add("a root link, until root replacement is built", "malformed_certificate", [](auto& draft) {
    draft.change_certificate_bytes = [](base::Blob& bytes) {
      const base::Blob link = wire::StrictWriter().bytes(3, base::Blob{1}).done();
      bytes.insert(bytes.begin() + 18 + 35, link.begin(), link.end());
    };
  });
  cases.add("a varint not in its shortest form in the backup statement", "malformed_backup_statement", [](auto& draft) {
    draft.change_backup_bytes = [](base::Blob& bytes) {
      bytes[19] = 0x80;  // field 2, links = 0, as two bytes
      bytes.insert(bytes.begin() + 20, 0x00);
    };
  });
  cases.add("a home server in capitals", "malformed_list", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.home_server = "Chat.example:443"; };
  });
  cases.add("a home server without its port", "malformed_list",
            [](auto& draft) { draft.change_list = [](wire::DeviceList& made) { made.home_server = "chat.example"; }; });
  cases.add("version 0", "malformed_list",
            [](auto& draft) { draft.change_list = [](wire::DeviceList& made) { made.order.version = 0; }; });
  cases.add("devices out of order", "malformed_list", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.devices.push_back(made.devices.front()); };
  });
  cases.add("device number 0", "malformed_list", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.devices[0].number = wire::DeviceNumber(0); };
  });
  cases.add("registration id 0", "malformed_list", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.devices[0].registration_id = wire::RegistrationId(0); };
  });
  cases.add("a registration id of more than 14 bits", "malformed_list", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.devices[0].registration_id = wire::RegistrationId(0x4000); };
  });
  cases.add("an account id where a mailbox id belongs", "malformed_list", [](auto& draft) {
    draft.change_list = [&draft](wire::DeviceList& made) { made.devices[0].mailbox_id = {draft.account_id().uuid}; };
  });
  cases.add("an act without its server", "malformed_act", [](auto& draft) {
    draft.change_act_bytes = [](base::Blob& bytes) { bytes.erase(bytes.begin(), bytes.begin() + 18); };
  });
  cases.add("a prekey with another type byte", "malformed_prekeys", [](auto& draft) {
    draft.change_prekeys = [](wire::PrekeyUpload& made) { made.last_resort->key[0] = 0x07; };
  });
  cases.add("a user name of two characters", "malformed_user_name", [](auto& draft) { draft.user_name = "an"; });
  cases.add("a user name in capitals", "malformed_user_name", [](auto& draft) { draft.user_name = "Ana"; });
}

void add_keys(Cases& cases) {
  cases.add("a root of small order", "key_not_canonical", [](auto& draft) {
    draft.change_certificate = [](wire::AccountCertificate& made) { made.first_root = small_order_key; };
  });
  cases.add("an account key with bit 255 set", "key_not_canonical", [](auto& draft) {
    draft.change_certificate = [](wire::AccountCertificate& made) {
      made.account_key = high_bit_key(made.account_key);
    };
  });
  cases.add("an identity key of small order", "key_not_canonical", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.devices[0].identity_key = small_order_key; };
  });
  cases.add("a backup access key of small order", "key_not_canonical", [](auto& draft) {
    draft.change_backup = [](wire::BackupStatement& made) { made.backup_access_key = small_order_key; };
  });
  cases.add("the root as account key", "key_in_two_roles", [](auto& draft) { draft.account = draft.root.clone(); });
  cases.add("the account key as identity key", "key_in_two_roles",
            [](auto& draft) { draft.identity = draft.account.clone(); });
  cases.add("the identity key as backup access key", "key_in_two_roles",
            [](auto& draft) { draft.backup_access = draft.identity.clone(); });
}

void add_chain(Cases& cases) {
  cases.add("the account id of another root", "account_id_not_of_root", [](auto& draft) {
    draft.change_certificate = [&draft](wire::AccountCertificate& made) {
      made.account_id = wire::account_id_of(draft.stranger.public_key);
    };
  });
  cases.add("a certificate signed by another root", "certificate_not_by_root",
            [](auto& draft) { draft.certificate_signer = &draft.stranger; });
  cases.add("the backup statement of another account", "backup_statement_of_another_account", [](auto& draft) {
    draft.change_backup = [&draft](wire::BackupStatement& made) {
      made.account_id = wire::account_id_of(draft.stranger.public_key);
    };
  });
  cases.add("a backup statement after a root link", "backup_statement_of_another_account",
            [](auto& draft) { draft.change_backup = [](wire::BackupStatement& made) { made.links = 1; }; });
  cases.add("a backup statement signed by the account key", "backup_statement_not_by_root",
            [](auto& draft) { draft.backup_signer = &draft.account; });
  cases.add("a list signed by the root", "list_not_by_account_key",
            [](auto& draft) { draft.list_signer = &draft.root; });
  cases.add("a list of another account", "list_of_another_account", [](auto& draft) {
    draft.change_list = [&draft](wire::DeviceList& made) {
      made.account_id = wire::account_id_of(draft.stranger.public_key);
    };
  });
  cases.add("a list of the next epoch", "list_of_another_epoch",
            [](auto& draft) { draft.change_list = [](wire::DeviceList& made) { ++made.order.epoch; }; });
  cases.add("a list after a root link", "list_of_another_epoch",
            [](auto& draft) { draft.change_list = [](wire::DeviceList& made) { made.order.links = 1; }; });
  cases.add("a list under another certificate", "list_of_another_certificate",
            [](auto& draft) { draft.change_list = [](wire::DeviceList& made) { made.certificate_hash[0] ^= 1; }; });
  cases.add("a first list that names a predecessor", "list_without_predecessor", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.previous = {made.certificate_hash}; };
  });
  cases.add("a second list that names none", "list_without_predecessor",
            [](auto& draft) { draft.change_list = [](wire::DeviceList& made) { made.order.version = 2; }; });
  cases.add("a second list", "list_not_first", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) {
      made.order.version = 2;
      made.previous = {made.certificate_hash};
    };
  });
  cases.expect_authority("other.example:443");
  cases.add("the list of another home server", "another_home_server", [](auto&) {});
  cases.add("no device", "wrong_number_of_devices",
            [](auto& draft) { draft.change_list = [](wire::DeviceList& made) { made.devices.clear(); }; });
  cases.expect_mailbox(wire::MailboxId::made_of(base::Bytes<16>{7}));
  cases.add("a mailbox that was not issued", "mailbox_not_issued", [](auto&) {});
}

void add_devices(Cases& cases) {
  cases.add("a second device at the first registration", "wrong_number_of_devices", [](auto& draft) {
    draft.change_list = [&draft](wire::DeviceList& made) {
      wire::Device second = made.devices.front();
      second.number = wire::DeviceNumber(2);
      second.identity_key = draft.stranger.public_key;
      second.mailbox_id = wire::MailboxId::made_of(base::Bytes<16>{9});
      made.devices.push_back(second);
    };
  });
  cases.add("consent to another account", "consent_not_by_device", [](auto& draft) {
    draft.change_consent = [&draft](wire::DeviceConsent& made) {
      made.account_id = wire::account_id_of(draft.stranger.public_key);
    };
  });
  cases.add("consent to another registration id", "consent_not_by_device", [](auto& draft) {
    draft.change_consent = [](wire::DeviceConsent& made) { made.registration_id = wire::RegistrationId(1); };
  });
  cases.add("consent by another key", "consent_not_by_device",
            [](auto& draft) { draft.consent_signer = &draft.stranger; });
  cases.add("a server certificate by another key", "server_certificate_wrong",
            [](auto& draft) { draft.server_certificate_signer = &draft.stranger; });
  cases.add("a server certificate that is none", "server_certificate_wrong", [](auto& draft) {
    draft.change_list = [](wire::DeviceList& made) { made.devices[0].server_certificate = {1, 2, 3}; };
  });
  cases.add("no signed prekey", "prekeys_missing",
            [](auto& draft) { draft.change_prekeys = [](wire::PrekeyUpload& made) { made.signed_prekey.reset(); }; });
  cases.add("no last-resort prekey", "prekeys_missing",
            [](auto& draft) { draft.change_prekeys = [](wire::PrekeyUpload& made) { made.last_resort.reset(); }; });
  cases.add("prekeys signed by the account key", "prekey_not_by_device",
            [](auto& draft) { draft.prekey_signer = &draft.account; });
  cases.add("one one-time Kyber prekey with a wrong signature", "prekey_not_by_device", [](auto& draft) {
    draft.change_prekeys = [](wire::PrekeyUpload& made) { made.one_time_kyber.back().signature[5] ^= 1; };
  });
}

void add_acts(Cases& cases) {
  cases.add("an act by the identity key", "act_not_by_account_key",
            [](auto& draft) { draft.act_signer = &draft.identity; });
  cases.add("an act without the root", "act_not_by_root", [](auto& draft) { draft.act_root_signer = &draft.account; });
  cases.add("an act for another server", "act_of_another_request",
            [](auto& draft) { draft.change_act = [](wire::AccountAct& made) { made.server = "other.example:443"; }; });
  cases.add("an act with another challenge", "act_of_another_request",
            [](auto& draft) { draft.change_act = [](wire::AccountAct& made) { made.challenge[0] ^= 1; }; });
  cases.add("an act for another body", "act_of_another_request",
            [](auto& draft) { draft.change_act = [](wire::AccountAct& made) { made.body_hash[0] ^= 1; }; });
  cases.add("an act for a later list", "act_of_another_request",
            [](auto& draft) { draft.change_act = [](wire::AccountAct& made) { made.order.version = 2; }; });
}

}  // namespace

std::vector<RegistrationCase> registration_cases() {
  Cases cases;
  add_forms(cases);
  add_keys(cases);
  add_chain(cases);
  add_devices(cases);
  add_acts(cases);
  return cases.take();
}

}  // namespace sotto::test
