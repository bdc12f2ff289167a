#pragma once
#include <optional>
#include <string>

#include "wire/checks.hpp"
#include "wire/prekeys.hpp"

/// What an account asks of its server after its registration, each signed by the account key (statements.md, "Acts").
namespace sotto::wire {

constexpr std::size_t max_act_request = max_prekey_upload + 4 * max_statement;  // bytes
constexpr std::size_t max_manifest = 4096;                                      // bytes

/// The form of every act: body, act by the account key, and the root's signature over the same act where it is needed.
struct ActRequest {
  base::Blob body;
  Signed act;
  std::optional<crypto::Signature> root_signature;

  base::Blob serialize() const;
  static base::Result<ActRequest, ParseError> parse(base::View bytes);
};

/// A device that comes with the list which names it: of who returns with the recovery key and has no other device.
struct Arrival {
  DeviceNumber number;
  Hash token_hash{};  // H(device token, token)
  PrekeyUpload prekeys;

  base::Blob serialize() const;
  static base::Result<Arrival, ParseError> parse(base::View bytes);
};

/// Operation::device_list
struct ListBody {
  std::optional<Signed> certificate;  // of a new epoch; otherwise the one that the server has
  Signed list;
  Order replaced;  // the list that this one takes the place of
  Hash replaced_hash{};
  std::optional<Arrival> arrival;

  base::Blob serialize() const;
  static base::Result<ListBody, ParseError> parse(base::View bytes);
};

/// Operation::user_name
struct NameBody {
  std::optional<std::string> user_name;  // nothing: the account gives its name back

  base::Blob serialize() const;
  static base::Result<NameBody, ParseError> parse(base::View bytes);
};

/// Operation::backup. Names an archive that is whole on the server.
struct BackupBody {
  std::uint64_t counter = 0;
  std::uint64_t size = 0;  // bytes
  Hash archive_hash{};     // plain SHA-256 of the archive
  base::Blob manifest;     // opaque here, 1 to max_manifest bytes
  base::Bytes<16> blob{};  // by which it was uploaded

  base::Blob serialize() const;
  static base::Result<BackupBody, ParseError> parse(base::View bytes);
};

/// Signed by the backup access key: who asks to read the archives of an account.
struct BackupAccess {
  std::string server;
  AccountId account_id;
  base::Bytes<32> challenge{};

  base::Blob serialize() const;
  static base::Result<BackupAccess, ParseError> parse(base::View bytes);
};

/// An act whose form is right. Operation::deletion and Operation::keeping have empty bodies.
struct ParsedAct {
  ActRequest request;
  AccountAct act;
};
base::Result<ParsedAct, Refusal> parse_act(base::View request);

/// Whether it is the account's own word.
///
/// held    certificate and list under which the act is judged
/// errors  act_not_by_account_key, act_not_by_root (there is a signature, but not the root's), act_of_another_request
base::Result<void, Refusal> check_act(const ParsedAct& parsed, const CheckedIntroduction& held,
                                      std::string_view authority, Operation operation);

struct CheckedList {
  Introduction introduction;  // the bytes to keep
  CheckedIntroduction identity;
  bool is_succession = false;  // signed by the root: a new epoch
};

/// Everything that a new list proves by itself and against the one that is held. Whether numbers were given to others
/// before, and what only a server knows, is asked afterwards.
///
/// held    the account's introduction, known to be good; it need not be the one that is replaced
/// errors  the first broken rule: form, the introduction's own rules, another_home_server, list_not_next or
///         epoch_not_higher, number_of_another_device, then those of check_act; a succession needs the root's signature
/// cost    check_introduction and two signature checks
base::Result<CheckedList, Refusal> check_list_act(const ParsedAct& parsed, const ListBody& body,
                                                  const Introduction& held, std::string_view authority);

}  // namespace sotto::wire
