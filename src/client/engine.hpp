#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/admission.hpp"
#include "client/outbox.hpp"
#include "client/own_list.hpp"
#include "client/permits.hpp"
#include "client/post.hpp"
#include "net/clock.hpp"
#include "net/turns.hpp"
#include "store/contacts.hpp"
#include "store/notices.hpp"
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
  drained,       // everything that was there has been seen
  mailbox_lost,  // or it could not be opened; it is tried again
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
  std::function<void(const store::Notice&)> notify = {};  // what is to be told that is no message; may be empty
  std::function<void(const admission::Overheard&)> overhear = {};  // what is for who is there now; may be empty
};

struct RegistrationWish {
  wire::Authority server;
  std::string server_ca;  // PEM, or empty: the system's authorities
  std::string user_name;
  /// By which everybody knows the server's certificate who does not have that CA: goes into list and links. Nothing:
  /// the key of a CA that was given, if it is one.
  std::optional<wire::Hash> tls_pin = {};
  /// The account whose place it takes, because its recovery key and all its devices are lost: contacts are asked.
  std::optional<wire::AccountId> replaces = {};
};

struct AddedContact {
  store::Contact contact;
  bool is_pinned;                          // by a link, as opposed to what the server answered to a name
  std::optional<std::string> server = {};  // another than ours: nothing connects there before something is sent
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
  std::optional<net::Duration> clock_behind = {};  // this machine's, if it differs from the server's by minutes
  std::string store_problem;                       // empty if every page of the database is sound
};

/// Something for the person, in the order in which it came. `event` may be told again after a crash between telling and
/// marking as told; the history holds each message once.
struct Event {
  store::Message message;
  std::string sender_name;
  bool is_stranger = false;  // wrote first and was not added: the name is only what they claim
};

/// What is to be told, oldest first.
struct News {
  std::vector<Event> events;
  std::vector<store::Notice> notices;
};

class Engine {
 public:
  explicit Engine(Parts parts);
  const Parts& parts() const { return parts_; }

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
  /// By a contact link, or by a user name of the own server. A link to another server is kept as it is: the contact's
  /// statements are fetched when something is sent.
  asio::awaitable<Result<AddedContact>> add_contact(std::string link_or_name, std::optional<std::string> nickname);

  /// Tells the server which permits count, if it does not know; what was taken back ends with that.
  asio::awaitable<Result<void>> settle_permits();
  /// To which server a contact has moved, if that waits for an answer; until then nothing is sent there or to the old
  /// one.
  Result<std::optional<Move>> pending_move(const std::string& contact);
  /// The answer: what waits goes to the new server.
  Result<void> allow_move(const std::string& contact);

  /// `socks5h://…`, or empty for none: for every connection from now on; what is open is cut.
  /// errors  refused  it is no such address
  Result<void> set_proxy(const std::string& url);
  /// Whether others' servers may have addresses that are not public.
  Result<void> allow_private_servers(bool is_allowed);

  /// Keeps the text; drain_outbox() sends it.
  Result<store::Message> enqueue(const std::string& contact, std::string text);
  /// Keeps anything else that is to be said in the conversation.
  Result<void> say(const std::string& contact, wire::Body body);
  /// Sends what is due, oldest first.
  /// errors  unreachable  and then what is left stays; waiting  the same, of some only: another server is away, or a
  ///                      contact's move has no answer
  asio::awaitable<Result<void>> drain_outbox();
  /// The message as it stands now.
  Result<store::Message> message(std::int64_t id);

  /// Tells what came and was not told yet, then what comes: until `patience` has passed without a message (0: what is
  /// there now), or for ever if there is none. Also sends what waits, and tops up the prekeys. An empty `tell` tells
  /// nothing: what came is kept for news().
  asio::awaitable<Result<void>> receive(std::optional<net::Duration> patience, std::function<void(const Event&)> tell);

  /// What came and was not told yet.
  Result<News> news(int at_most);
  Result<void> set_told(const News& news);

  Result<std::vector<Event>> history(const std::string& contact, std::optional<std::int64_t> last);
  Result<Safety> verify(const std::string& contact, bool confirm);
  asio::awaitable<Result<Status>> status();

  // The account's devices
  Result<std::vector<own_list::OwnDevice>> devices();
  /// Changes the own list; what another device did meanwhile stays done.
  asio::awaitable<Result<void>> change_list(own_list::Intent intent);
  /// A new epoch: "sign out everything else", and what an admin is removed by.
  asio::awaitable<Result<void>> succeed(const wire::RecoveryKey& recovery_key,
                                        std::function<bool(wire::DeviceNumber)> keep);
  /// Compares the own list with what the server shows; what is behind or contradicts is told loudly.
  asio::awaitable<Result<void>> refresh_own();

  // For what stands beside the engine: people, conversations, contact_links
  /// errors  refused  no account here, or none that can be used
  Result<store::OwnAccount> own();
  Result<store::Contact> contact(store::Transaction& in, const std::string& words);
  outbox::Lent lent(const store::OwnAccount& own) { return {own, parts_.clock.now(), parts_.random}; }
  /// There is something new to send, for whoever sends in the background.
  void wake_sending();

 private:
  Server server_for(const store::OwnAccount& own);
  Lines lines_for(const store::OwnAccount& own);
  Result<Rights> rights_to(const store::OwnAccount& own, const wire::AccountId& account);
  Result<AddedContact> add_elsewhere(const store::OwnAccount& own, const wire::ContactLink& link,
                                     std::optional<std::string> nickname);

  /// Whose turn it is to send; one drain at a time.
  asio::awaitable<Result<void>> drain_due(Lines& lines, const store::OwnAccount& own);
  asio::awaitable<Result<void>> send_one(Lines& lines, const store::OwnAccount& own, store::Outgoing outgoing);
  asio::awaitable<Result<std::optional<base::Blob>>> ready_request(Lines& lines, const store::OwnAccount& own,
                                                                   const store::Outgoing& outgoing);
  asio::awaitable<Result<std::vector<wire::DeviceBundle>>> bundles_for(Lines& lines, const store::OwnAccount& own,
                                                                       wire::AccountId account);
  /// From fresh prekeys, with each device that has no session to send by, or a spent one.
  asio::awaitable<Result<void>> start_sessions(Lines& lines, const store::OwnAccount& own, wire::AccountId whose);
  /// returns  whether a newer list came; of our own account, too
  asio::awaitable<Result<bool>> refresh_devices(Lines& lines, const store::OwnAccount& own, wire::AccountId account);
  /// Sends in the background while a mailbox is open: what is enqueued, and what becomes due.
  struct Sending;
  asio::awaitable<void> keep_sending(std::shared_ptr<Sending> sending);
  asio::awaitable<Result<void>> refill_in_time();
  void begin_sending();
  std::shared_ptr<Sending> start_sending();
  asio::awaitable<void> stop_sending(std::shared_ptr<Sending> sending);
  net::Duration until_due();  // when something is to leave next
  struct ToSend {
    store::Outgoing what;
    std::optional<std::string> elsewhere;  // the server that it goes to, if it is not ours
  };
  /// Who was not there when it was needed: another server, or an account on one.
  struct Away {
    int attempts = 0;
    net::Duration until{0};  // by the monotonic clock: nothing connects there before
    std::string why = {};
  };
  Result<void> forget_fleeting(const store::Outgoing& outgoing);
  Result<std::optional<ToSend>> to_send(const store::OwnAccount& own, std::int64_t id);
  std::optional<Away> away_for(const ToSend& outgoing) const;
  void note_present(const ToSend& outgoing);
  Result<void> note_stuck(const ToSend& outgoing, const Problem& problem);
  Result<void> note_clock(const ServerStatus& status);
  Result<void> take_own(const wire::Introduction& shown);
  /// What the server shows of our account, after it was shown what it has lost.
  struct OwnShown {
    wire::Introduction introduction;
    bool was_behind = false;
  };
  asio::awaitable<Result<OwnShown>> own_as_shown(Server& server);
  /// This device's place on the list, at a server that has lost it.
  asio::awaitable<Result<void>> take_up_place(Server& server, const store::OwnAccount& own);
  /// returns  whether the server's store is another one than before
  Result<bool> note_status(const store::OwnAccount& own, const ServerStatus& status);
  /// No ciphertext leaves before the server has confirmed which copy of this device speaks (design, section 5).
  asio::awaitable<Result<void>> confirm_generation(Server& server);
  using MakeAct = std::function<Result<own_list::Act>(store::Transaction&, const outbox::Lent&, const ActChallenge&)>;
  /// The server has taken the pending change: it is what stands.
  Result<void> take_pending();
  asio::awaitable<Result<void>> put_act(Server& server, MakeAct make);
  /// An honest fork of the own list is ended by a list that names both sides.
  asio::awaitable<Result<void>> heal_fork(Server& server, wire::Introduction stands);
  asio::awaitable<Result<bool>> refresh(Lines& lines, const store::OwnAccount& own, wire::AccountId account);
  /// Registers the permits that are due: new ones, and once a month all of them.
  asio::awaitable<Result<void>> put_permits(Server& server, const store::OwnAccount& own);
  asio::awaitable<Result<void>> top_up_prekeys(Server& server, const store::OwnAccount& own, ServerStatus status);
  struct Listening {
    std::optional<net::Duration> patience;
    bool& went_well;  // set once everything that was there has been seen and what waited has been sent
  };
  asio::awaitable<Result<void>> follow(Mailbox& mailbox, Lines& lines, const store::OwnAccount& own, Listening how,
                                       const std::function<void(const Event&)>& tell);
  Result<void> settle(const std::vector<Delivered>& all);
  Result<std::optional<admission::Verdict>> settle_one(store::Transaction& in, const Delivered& delivered);
  asio::awaitable<Result<void>> take_in(Mailbox& mailbox, Delivered first);
  Result<void> overhear(const Ephemeral& said);
  void tell_in_passing(const admission::Verdict& verdict) const;
  asio::awaitable<Result<void>> look_after(Lines& lines, const store::OwnAccount& own);
  Result<void> note_clone();
  /// Asks for what is missing, and says what others may be missing.
  Result<void> look_for_lost();
  Result<void> tell_of_refused_permit(const wire::AccountId& account);
  void warn(const Problem& problem) const {
    if (parts_.warn) parts_.warn(problem);
  }
  void reached(Step step) const {
    if (parts_.watch) parts_.watch(step);
  }
  Result<void> tell_new(const std::function<void(const Event&)>& tell);

  Parts parts_;
  Ways ways_;
  relay::GoodSignatures good_signatures_;  // of certificates: the same ones come with every message
  std::map<std::string, Away> away_;       // by server or account: each has its own pauses
  Mailbox* open_mailbox_ = nullptr;        // while one is followed
  net::Turns turns_;                       // to send
  net::Turns acts_;                        // to change the own list: there is one pending change
  std::weak_ptr<Sending> sending_;         // while a mailbox is open
  bool has_confirmed_generation_ = false;  // since this engine was made, or since the mailbox was opened last
};

}  // namespace sotto::client
