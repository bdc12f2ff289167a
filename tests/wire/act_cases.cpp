#include "wire/act_cases.hpp"

#include "support/registration_draft.hpp"
#include "wire/acts.hpp"
#include "wire/group_state.hpp"

namespace sotto::test {
namespace {

using wire::Operation;

/// An act on the state that a registration left, and hooks that break one rule of it.
struct ActDraft {
  explicit ActDraft(std::uint64_t seed) : account(seed), held(account.introduction()) {}

  RegistrationDraft account;
  wire::Introduction held;
  Operation operation = Operation::device_list;
  std::optional<base::Blob> body;  // otherwise a list
  bool is_new_epoch = false;
  bool is_by_root = false;
  std::optional<wire::Arrival> arrival;
  std::function<void(wire::AccountCertificate&)> change_certificate;
  std::function<void(wire::DeviceList&)> change_list;
  std::function<void(wire::ListBody&)> change_body;
  std::function<void(wire::AccountAct&)> change_act;
  std::function<void(base::Blob&)> change_act_bytes;
  std::function<void(base::Blob&)> change_request;
  const crypto::KeyPair* list_signer = nullptr;
  const crypto::KeyPair* act_signer = nullptr;
  const crypto::KeyPair* root_signer = nullptr;
  wire::Order order{.links = 0, .epoch = 20'000, .version = 1};

  base::Blob request() {
    const base::Blob made_body = body ? *body : list_body();
    wire::AccountAct act{.server = account.authority,
                         .account_id = account.account_id(),
                         .operation = operation,
                         .order = order,
                         .challenge = account.challenge,
                         .body_hash = crypto::sha256({made_body})};
    if (change_act) change_act(act);
    base::Blob bytes = act.serialize();
    if (change_act_bytes) change_act_bytes(bytes);
    wire::ActRequest made{.body = made_body, .act = {}, .root_signature = std::nullopt};
    const auto& signer = act_signer != nullptr ? *act_signer : account.account;
    made.act = wire::Signed::make(wire::names::account_act, bytes, signer.private_key, account.random);
    if (is_by_root) {
      const auto& root = root_signer != nullptr ? *root_signer : account.root;
      made.root_signature =
          crypto::sign(root.private_key, wire::to_be_signed(wire::names::account_act, bytes), account.random);
    }
    base::Blob whole = made.serialize();
    if (change_request) change_request(whole);
    return whole;
  }

 private:
  base::Blob list_body() {
    const auto before = *wire::rules::parse(held);
    wire::ListBody made{.certificate = std::nullopt,
                        .list = {},
                        .replaced = before.list.order,
                        .replaced_hash = before.list_hash,
                        .arrival = arrival};
    wire::DeviceList list = before.list;
    ++list.order.version;
    list.previous = {before.list_hash};
    if (is_new_epoch) {
      account.account = crypto::KeyPair::generate(account.random);
      wire::AccountCertificate certificate = before.certificate;
      ++certificate.epoch;
      certificate.account_key = account.account.public_key;
      if (change_certificate) change_certificate(certificate);
      made.certificate = wire::Signed::make(wire::names::account_certificate, certificate.serialize(),
                                            account.root.private_key, account.random);
      list.certificate_hash = wire::hash(wire::names::account_certificate, made.certificate->statement);
      list.order = {.links = 0, .epoch = certificate.epoch, .version = 1};
      list.previous.clear();
    }
    if (change_list) change_list(list);
    for (wire::Device& device : list.devices) {
      const auto consent = device.consent_of(list.account_id).serialize();
      const auto& identity = device.identity_key == account.identity.public_key ? account.identity : account.stranger;
      device.consent =
          crypto::sign(identity.private_key, wire::to_be_signed(wire::names::device_consent, consent), account.random);
      device.server_certificate = relay::ServerCertificate::issue(device.number.value, device.identity_key,
                                                                  account.account.private_key, account.random)
                                      .serialize();
    }
    order = list.order;
    const auto& signer = list_signer != nullptr ? *list_signer : account.account;
    made.list = wire::Signed::make(wire::names::device_list, list.serialize(), signer.private_key, account.random);
    if (change_body) change_body(made);
    return made.serialize();
  }
};

class Cases {
 public:
  void add(std::string note, std::string kind, std::string expect, const std::function<void(ActDraft&)>& spoil) {
    ActDraft draft(made_.size() + 1);
    const base::Blob held = draft.held.serialize();
    spoil(draft);
    made_.push_back({.note = std::move(note),
                     .kind = std::move(kind),
                     .expect = std::move(expect),
                     .authority = draft.account.authority,
                     .held = held,
                     .request = draft.request()});
  }
  std::vector<ActCase> take() { return std::move(made_); }

 private:
  std::vector<ActCase> made_;
};

wire::Device second_device(const ActDraft& draft, std::uint8_t number) {
  wire::Device device = wire::rules::parse(draft.held)->list.devices.front();
  device.number = wire::DeviceNumber(number);
  device.identity_key = draft.account.stranger.public_key;
  device.mailbox_id = wire::MailboxId::made_of(base::Bytes<16>{9});
  return device;
}

wire::Arrival arrival_of(ActDraft& draft, std::uint8_t number) {
  draft.account.prekey_signer = &draft.account.stranger;
  return {.number = wire::DeviceNumber(number),
          .token_hash = wire::hash(wire::names::device_token, draft.account.token),
          .prekeys = draft.account.prekeys()};
}

void add_lists(Cases& cases) {
  cases.add("a second device", "list", "accept", [](ActDraft& draft) {
    draft.change_list = [&draft](wire::DeviceList& list) { list.devices.push_back(second_device(draft, 2)); };
  });
  cases.add("a merge of two lists", "list", "accept", [](ActDraft& draft) {
    draft.change_list = [](wire::DeviceList& list) { list.previous.push_back(wire::Hash{7}); };
  });
  cases.add("a new epoch by the root", "list", "accept",
            [](ActDraft& draft) { draft.is_new_epoch = draft.is_by_root = true; });
  cases.add("a new epoch that brings its only device", "list", "accept", [](ActDraft& draft) {
    draft.is_new_epoch = draft.is_by_root = true;
    draft.arrival = arrival_of(draft, 2);
    draft.change_list = [&draft](wire::DeviceList& list) { list.devices = {second_device(draft, 2)}; };
  });
  cases.add("cut off", "list", "malformed_request",
            [](ActDraft& draft) { draft.change_request = [](base::Blob& bytes) { bytes.pop_back(); }; });
  cases.add("a body that is no list", "list", "malformed_request", [](ActDraft& draft) { draft.body = {1, 2, 3}; });
  cases.add("an act of an unknown operation", "list", "malformed_act", [](ActDraft& draft) {
    draft.change_act = [](wire::AccountAct& act) { act.operation = static_cast<Operation>(wire::max_operation + 1); };
  });
  cases.add("a list by another key", "list", "list_not_by_account_key",
            [](ActDraft& draft) { draft.list_signer = &draft.account.stranger; });
  cases.add("two devices of one mailbox", "list", "device_listed_twice", [](ActDraft& draft) {
    draft.change_list = [&draft](wire::DeviceList& list) {
      list.devices.push_back(second_device(draft, 2));
      list.devices.back().mailbox_id = list.devices.front().mailbox_id;
    };
  });
  cases.add("a move to another server", "list", "another_home_server", [](ActDraft& draft) {
    draft.change_list = [](wire::DeviceList& list) { list.home_server = "other.example:443"; };
  });
  cases.add("a version that was skipped", "list", "list_not_next",
            [](ActDraft& draft) { draft.change_list = [](wire::DeviceList& list) { ++list.order.version; }; });
  cases.add("another predecessor than the list that is replaced", "list", "list_not_next", [](ActDraft& draft) {
    draft.change_list = [](wire::DeviceList& list) { list.previous = {wire::Hash{7}}; };
  });
  cases.add("a new epoch that is not higher", "list", "epoch_not_higher", [](ActDraft& draft) {
    draft.is_new_epoch = draft.is_by_root = true;
    draft.change_certificate = [](wire::AccountCertificate& certificate) { --certificate.epoch; };
  });
  cases.add("a new epoch that begins with a second version", "list", "epoch_not_higher", [](ActDraft& draft) {
    draft.is_new_epoch = draft.is_by_root = true;
    draft.change_list = [](wire::DeviceList& list) {
      list.order.version = 2;
      list.previous = {wire::Hash{7}};
    };
  });
  cases.add("the first device's number for another key", "list", "number_of_another_device", [](ActDraft& draft) {
    draft.change_list = [&draft](wire::DeviceList& list) { list.devices = {second_device(draft, 1)}; };
  });
  cases.add("a device that comes along without a new epoch", "list", "wrong_number_of_devices", [](ActDraft& draft) {
    draft.arrival = arrival_of(draft, 2);
    draft.change_list = [&draft](wire::DeviceList& list) { list.devices.push_back(second_device(draft, 2)); };
  });
  cases.add("a device that comes along without being listed", "list", "wrong_number_of_devices", [](ActDraft& draft) {
    draft.is_new_epoch = draft.is_by_root = true;
    draft.arrival = arrival_of(draft, 2);
  });
  cases.add("a device that comes along without a last-resort prekey", "list", "prekeys_missing", [](ActDraft& draft) {
    draft.is_new_epoch = draft.is_by_root = true;
    draft.arrival = arrival_of(draft, 2);
    draft.arrival->prekeys.last_resort.reset();
    draft.change_list = [&draft](wire::DeviceList& list) { list.devices = {second_device(draft, 2)}; };
  });
  cases.add("a device that comes along with another's prekeys", "list", "prekey_not_by_device", [](ActDraft& draft) {
    draft.is_new_epoch = draft.is_by_root = true;
    draft.arrival = arrival_of(draft, 2);
    draft.arrival->prekeys.signed_prekey->signature[3] ^= 1;
    draft.change_list = [&draft](wire::DeviceList& list) { list.devices = {second_device(draft, 2)}; };
  });
  cases.add("an act by the identity key", "list", "act_not_by_account_key",
            [](ActDraft& draft) { draft.act_signer = &draft.account.identity; });
  cases.add("a new epoch without the root", "list", "act_not_by_root",
            [](ActDraft& draft) { draft.is_new_epoch = true; });
  cases.add("an act for the list before", "list", "act_of_another_request",
            [](ActDraft& draft) { draft.change_act = [](wire::AccountAct& act) { --act.order.version; }; });
}

void add_others(Cases& cases) {
  const auto name = [](ActDraft& draft) {
    draft.operation = Operation::user_name;
    draft.body = wire::NameBody{.user_name = "anna"}.serialize();
  };
  cases.add("another name", "name", "accept", name);
  cases.add("no name", "name", "accept", [&](ActDraft& draft) {
    name(draft);
    draft.body = wire::NameBody{}.serialize();
  });
  cases.add("a name in capitals", "name", "malformed_user_name", [&](ActDraft& draft) {
    name(draft);
    draft.body = wire::StrictWriter().bytes(1, "Anna").done();
  });
  cases.add("another name by a key that is not the account's", "name", "act_not_by_account_key", [&](ActDraft& draft) {
    name(draft);
    draft.act_signer = &draft.account.stranger;
  });
  cases.add("an act for another operation", "name", "act_of_another_request", [&](ActDraft& draft) {
    name(draft);
    draft.operation = Operation::deletion;
  });
  cases.add("an act for another server", "name", "act_of_another_request", [&](ActDraft& draft) {
    name(draft);
    draft.change_act = [](wire::AccountAct& act) { act.server = "other.example:443"; };
  });
  cases.add("an act on another list", "name", "act_of_another_request", [&](ActDraft& draft) {
    name(draft);
    draft.order.version = 2;
  });
  cases.add("an act for another body", "name", "act_of_another_request", [&](ActDraft& draft) {
    name(draft);
    draft.change_act = [](wire::AccountAct& act) { act.body_hash[0] ^= 1; };
  });
  const auto empty = [](Operation operation, bool is_by_root) {
    return [operation, is_by_root](ActDraft& draft) {
      draft.operation = operation;
      draft.body = base::Blob();
      draft.is_by_root = is_by_root;
    };
  };
  cases.add("a deletion by the account key", "deletion", "accept", empty(Operation::deletion, false));
  cases.add("a deletion by the root", "deletion", "accept", empty(Operation::deletion, true));
  cases.add("a deletion by another root", "deletion", "act_not_by_root", [&](ActDraft& draft) {
    empty(Operation::deletion, true)(draft);
    draft.root_signer = &draft.account.stranger;
  });
  cases.add("a deletion taken back by the root", "keeping", "accept", empty(Operation::keeping, true));
  cases.add("a deletion taken back by the account key", "keeping", "act_not_by_root", empty(Operation::keeping, false));
  const auto backup = [](ActDraft& draft) {
    draft.operation = Operation::backup;
    draft.body =
        wire::BackupBody{.counter = 1, .size = 1000, .archive_hash = {1}, .manifest = {1}, .blob = {2}}.serialize();
  };
  cases.add("an archive", "backup", "accept", backup);
  cases.add("an archive of counter 0", "backup", "malformed_request", [&](ActDraft& draft) {
    backup(draft);
    draft.body =
        wire::BackupBody{.counter = 0, .size = 1000, .archive_hash = {1}, .manifest = {1}, .blob = {2}}.serialize();
  });
}

struct GroupDraft {
  explicit GroupDraft(std::uint64_t seed) : random(seed) {}
  SeededRandom random;
  wire::GroupId group = random.bytes<16>();
  crypto::KeyPair admin = crypto::KeyPair::generate(random);
  crypto::KeyPair stranger = crypto::KeyPair::generate(random);
  std::vector<crypto::PublicKey> admins = {admin.public_key};
  base::Blob entry = {1, 2, 3};
  std::function<void(wire::GroupState&)> change;
  std::function<void(base::Blob&)> change_bytes;
  std::function<void(base::Blob&)> change_request;
  bool is_by_stranger = false;

  base::Blob request() {
    wire::GroupState state{.group = group,
                           .last_position = 4,
                           .last_hash = {5},
                           .admin_keys = {admin.public_key},
                           .read_tag_hash = {6},
                           .member_tag_hash = {7},
                           .entry_hash = wire::hash(wire::names::group_entry, entry)};
    if (change) change(state);
    base::Blob bytes = state.serialize();
    if (change_bytes) change_bytes(bytes);
    const auto& signer = is_by_stranger ? stranger : admin;
    const wire::GroupStateRequest made{
        .state = wire::Signed::make(wire::names::group_state, bytes, signer.private_key, random), .entry = entry};
    base::Blob whole = made.serialize();
    if (change_request) change_request(whole);
    return whole;
  }
};

}  // namespace

std::vector<ActCase> act_cases() {
  Cases cases;
  add_lists(cases);
  add_others(cases);
  return cases.take();
}

std::vector<GroupStateCase> group_state_cases() {
  std::vector<GroupStateCase> made;
  const auto add = [&made](std::string note, std::string expect, const std::function<void(GroupDraft&)>& spoil) {
    GroupDraft draft(made.size() + 1);
    spoil(draft);
    base::Blob admins;
    for (const auto& key : draft.admins) {
      const auto bytes = key.serialize();
      admins.insert(admins.end(), bytes.begin(), bytes.end());
    }
    made.push_back({.note = std::move(note),
                    .expect = std::move(expect),
                    .group = base::blob(draft.group),
                    .admins = admins,
                    .request = draft.request()});
  };
  add("as it should be", "accept", [](GroupDraft&) {});
  add("a first entry, by one of the admins that it names", "accept", [](GroupDraft& draft) {
    draft.admins.clear();
    draft.change = [](wire::GroupState& state) { state.last_position = 0, state.last_hash = {}; };
  });
  add("an entry that leaves no admin", "accept",
      [](GroupDraft& draft) { draft.change = [](wire::GroupState& state) { state.admin_keys.clear(); }; });
  add("cut off", "malformed_request",
      [](GroupDraft& draft) { draft.change_request = [](base::Blob& bytes) { bytes.pop_back(); }; });
  add("an empty entry", "malformed_request", [](GroupDraft& draft) { draft.entry.clear(); });
  add("an unknown field", "malformed_group_state", [](GroupDraft& draft) {
    draft.change_bytes = [](base::Blob& bytes) {
      const base::Blob extra = wire::StrictWriter().number(8, 1).done();
      bytes.insert(bytes.end(), extra.begin(), extra.end());
    };
  });
  add("an admin twice", "malformed_group_state", [](GroupDraft& draft) {
    draft.change = [](wire::GroupState& state) { state.admin_keys.push_back(state.admin_keys.front()); };
  });
  add("an admin key of small order", "key_not_canonical", [](GroupDraft& draft) {
    draft.change = [](wire::GroupState& state) { state.admin_keys = {crypto::PublicKey(base::Bytes<32>{1})}; };
  });
  add("an entry of another group", "group_state_of_another_group",
      [](GroupDraft& draft) { draft.change = [](wire::GroupState& state) { state.group[0] ^= 1; }; });
  add("another entry than was signed", "group_state_of_another_group",
      [](GroupDraft& draft) { draft.change = [](wire::GroupState& state) { state.entry_hash[0] ^= 1; }; });
  add("an entry by nobody that was named", "group_state_not_by_admin",
      [](GroupDraft& draft) { draft.is_by_stranger = true; });
  add("an entry by whom it names itself", "group_state_not_by_admin", [](GroupDraft& draft) {
    draft.is_by_stranger = true;
    draft.change = [&draft](wire::GroupState& state) { state.admin_keys = {draft.stranger.public_key}; };
  });
  return made;
}

}  // namespace sotto::test
