#pragma once
#include <string>
#include <variant>

#include "base/random.hpp"
#include "client/contents.hpp"
#include "client/problem.hpp"
#include "relay/good_signatures.hpp"
#include "store/messages.hpp"
#include "store/own_account.hpp"

/// The one place that decides what an incoming envelope may be (design, section 4).
namespace sotto::client::admission {

struct Accepted {
  store::Message message;  // kept, with its id
  std::string sender_name;
};

struct Duplicate {};  // it came before: acknowledged, shown once
struct Applied {};    // it says something that is no message: done, and shown where it belongs

/// For who looks now: told in passing, to nobody else.
struct Overheard {
  wire::AccountId from;
  std::string sender_name;
  std::variant<contents::TypingNow, contents::HistoryNow> what;
};

/// Each is followed by the acknowledgement, after commit.
using Verdict = std::variant<Accepted, Applied, Duplicate, Overheard>;

/// Why an envelope is refused; `reason` is kept with its fingerprint, never its text.
struct Refusal {
  std::string reason;
  std::optional<store::Problem> store_failed;  // then nothing was decided, and nothing may be acknowledged
  // A device on the held list sealed it, and no session here can read it.
  std::optional<contents::Speaker> unreadable_from = {};
  // It brought statements that contradict those that are held; both are signed. They are to be kept as proof.
  std::optional<wire::Introduction> contradiction = {};

  explicit Refusal(std::string why) : reason(std::move(why)) {}
  Refusal(const store::Problem& problem) : reason(problem.message), store_failed(problem) {}
};

struct Arrival {
  base::View envelope;  // sealed sender, version 1
  base::Timestamp now;
  relay::GoodSignatures* good_signatures = nullptr;  // what was verified before; may be null
};

/// What names this arrival among the refused ones.
base::Bytes<32> fingerprint(const Arrival& arrival);

/// Opens, decrypts and judges one envelope within a transaction: its seal, the session, who speaks, the introduction,
/// the message row. A refusal leaves it to the caller to undo everything.
base::Result<Verdict, Refusal> admit(store::Transaction& in, const store::OwnAccount& own, const Arrival& arrival,
                                     base::Random& random);

}  // namespace sotto::client::admission
