#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/admission.hpp"
#include "client/outbox.hpp"
#include "client/permits.hpp"
#include "client/post.hpp"
#include "net/clock.hpp"
#include "store/contacts.hpp"
#include "wire/links.hpp"
#include "wire/recovery_key.hpp"

/// A person's account on one device, without any user interface: what it knows, sends and receives.
namespace sotto::client {

/// Where an operation stands: for whoever wants to see it work, or wants to interrupt it there.
enum class Step {
  message_kept,      // the text is in the store
  sessions_started,  // with prekeys from the server
  encrypted,         // ratchets and ciphertexts are in the store; nothing has left
  stored_by_server,  // it answered; the store does not know yet
  sent,              // and now it does
  mailbox_open,
  settled,  // an envelope was decided and committed; the server does not know yet
  acknowledged,
  drained,  // everything that was there has been seen
};
std::string_view to_text(Step step);

/// What main(), or a test, lends the engine. All of it outlives the engine.
struct Parts {
  store::Store& store;
  net::Transport& transport;
  net::Timer& timer;
  net::Clock& clock;
  base::Random& random;
  std::function<void(Step)> watch = {};           // may be empty
  std::function<void(const Problem&)> warn = {};  // of what went wrong beside an operation that goes on; may be empty
};

struct RegistrationWish {
  wire::Authority server;
  std::string server_ca;  // PEM, or empty: the system's authorities
  std::string user_name;
};

struct AddedContact {
  store::Contact contact;
  bool is_pinned;  // by a link, as opposed to what the server answered to a name
};

struct Safety {
  std::string digits;  // 60
  std::string link;    // sotto-verify:…
  std::string contact_name;
  bool is_verified;
};

struct Status {
  store::OwnAccount own;
  std::int64_t unsent = 0;
  std::int64_t refused = 0;
  std::optional<ServerStatus> server;  // nothing if it could not be asked
  std::string server_problem;
  std::string store_problem;  // empty if every page of the database is sound
};

/// Something for the person, in the order in which it came. `event` may be told again after a crash between telling and
/// marking as told; the history holds each message once.
struct Event {
  store::Message message;
  std::string sender_name;
  bool is_stranger = false;  // wrote first and was not added: the name is only what they claim
};

class Engine {
 public:
  explicit Engine(Parts parts);

  /// Asks the server for a place, and that the name is free: before a recovery key is made and shown to anybody.
  asio::awaitable<Result<Invitation>> prepare_registration(RegistrationWish wish);
  /// Registers a new account. Keys and request are kept before the request leaves; after a crash, or if the answer does
  /// not come, resume_registration() sends the same bytes.
  asio::awaitable<Result<void>> register_account(RegistrationWish wish, Invitation invitation,
                                                 const wire::RecoveryKey& recovery_key);
  Result<bool> has_account();
  /// Whether a registration was begun and its answer never came.
  Result<bool> has_pending_registration();
  asio::awaitable<Result<void>> resume_registration();

  Result<wire::ContactLink> address();
  /// By a contact link, or by a user name of the own server.
  asio::awaitable<Result<AddedContact>> add_contact(std::string link_or_name, std::optional<std::string> nickname);

  /// Keeps the text; drain_outbox() sends it.
  Result<store::Message> enqueue(const std::string& contact, std::string text);
  /// Sends what waits, oldest first. errors: unreachable, and then what is left stays.
  asio::awaitable<Result<void>> drain_outbox();
  /// The message as it stands now.
  Result<store::Message> message(std::int64_t id);

  /// Tells what came and was not told yet, then what comes: until `patience` has passed without a message (0: what is
  /// there now), or for ever if there is none. Also sends what waits, and tops up the prekeys.
  asio::awaitable<Result<void>> receive(std::optional<net::Duration> patience, std::function<void(const Event&)> tell);

  Result<std::vector<Event>> history(const std::string& contact, std::optional<std::int64_t> last);
  Result<Safety> verify(const std::string& contact, bool confirm);
  asio::awaitable<Result<Status>> status();

 private:
  Server server_for(const store::OwnAccount& own);
  Lines lines_for(const store::OwnAccount& own);
  Result<Rights> rights_to(const wire::AccountId& account);
  Result<store::OwnAccount> own();
  Result<store::Contact> contact(store::Transaction& in, const std::string& words);
  outbox::Lent lent(const store::OwnAccount& own) { return {own, parts_.clock.now(), parts_.random}; }

  asio::awaitable<Result<void>> send_one(Lines& lines, const store::OwnAccount& own, store::Message message);
  asio::awaitable<Result<base::Blob>> ready_request(Lines& lines, const store::OwnAccount& own,
                                                    const store::Message& message);
  asio::awaitable<Result<bool>> refresh(Lines& lines, wire::AccountId account);
  /// Registers the permits that are due: new ones, and once a month all of them.
  asio::awaitable<Result<void>> put_permits(Server& server, const store::OwnAccount& own);
  asio::awaitable<Result<void>> top_up_prekeys(Server& server, const store::OwnAccount& own);
  struct Listening {
    std::optional<net::Duration> patience;
    bool& went_well;  // set once everything that was there has been seen and what waited has been sent
  };
  asio::awaitable<Result<void>> follow(Mailbox& mailbox, Lines& lines, const store::OwnAccount& own, Listening how,
                                       const std::function<void(const Event&)>& tell);
  Result<void> settle(const store::OwnAccount& own, const Delivered& delivered);
  void warn(const Problem& problem) const {
    if (parts_.warn) parts_.warn(problem);
  }
  void reached(Step step) const {
    if (parts_.watch) parts_.watch(step);
  }
  Result<void> tell_new(const std::function<void(const Event&)>& tell);

  Parts parts_;
};

}  // namespace sotto::client
