#pragma once
#include <deque>
#include <map>
#include <set>

#include "e2e/town.hpp"
#include "server/other_server.hpp"
#include "simulation/line.hpp"

namespace sotto::test {

/// Many accounts with several devices each, real engines and two real servers, under virtual time and a network that
/// fails: everything is drawn from one seed, so that a story that fails is told again exactly.
class Simulation {
 public:
  struct Plan {
    std::uint64_t seed = 1;
    int accounts = 3;
    int steps = 60;
  };
  explicit Simulation(Plan plan);
  ~Simulation() { set_weather(false); }
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  void run();
  /// What was promised and not kept; empty if all is well.
  const std::vector<std::string>& broken() const { return broken_; }
  /// What happened, a line a step.
  const std::vector<std::string>& story() const { return story_; }

 private:
  struct Account;
  struct Member {
    Resident* resident;
    Account* account;
    bool is_removed = false;
    std::size_t texts_before_removal = 0;
    bool was_put_back = false;
    Line* line = nullptr;
    base::Timestamp listened_at = {};
    bool has_seen_restore = true;  // of its server
    int joined_in = -1;            // the step
    bool is_forgotten = false;     // its server was restored to before that, and nobody has shown it the list since
    bool is_fresh_copy = false;    // put back, and not connected since
  };
  /// What a server has, as it was when it was backed up.
  struct Backup {
    std::filesystem::path file;
    int step = 0;
  };
  struct Home {
    std::string host;
    std::optional<Backup> backup = {};
    int backups = 0;
    int restored_in = -1;  // the last step that did
  };
  struct Account {
    std::string name;
    Home* home = nullptr;
    int list_changed_in = 0;        // the last step that took a device away
    bool is_server_behind = false;  // it was restored to before that, and nobody of the account was there since
    std::deque<Member> devices;
    std::vector<Member*> present();
  };
  /// A text that was written, and who must have it in the end.
  struct Written {
    std::string text;
    std::size_t index;
    Account* from;
    Account* to;
    Member* by;
    std::int64_t id;
    std::set<Member*> audience;     // on the lists when it was written and when the server had taken it
    std::set<Member*> listed = {};  // when it was written
    bool is_sent = false;
    int step = 0;
    bool is_server_behind = false;  // of the account that it was for, when it was written
  };

  std::uint32_t draw(std::uint32_t below);
  void note(std::string line) { story_.push_back(std::move(line)); }
  void step();
  void write();
  void listen(Member& who);
  void add_device();
  void remove_device();
  void succeed();
  void restart(Member& who);
  static bool has_asked_for_a_tick(Member& who);
  void restore(Member& who);
  void fail_network();
  void pass_time();
  void restart_server();
  void back_up_or_restore_server();
  void part_from_server();
  Home& some_home() { return homes_[draw(2)]; }
  static bool has_text(const Member& who, const Written& text);
  bool is_excused(const Written& text, const Member& device);
  void part(Member& who);
  void use_up_prekeys();
  void set_weather(bool is_bad);
  void watch(Member& who);
  void look_at_keys(Member& by);
  void look_at_key(Member& by, const std::string& mailbox, const base::Blob& envelope);
  void look_for_sent();
  void settle();
  void judge();
  Member& somebody();
  Account& some_account() { return accounts_[draw(static_cast<std::uint32_t>(accounts_.size()))]; }

  Plan plan_;
  SeededRandom dice_;
  std::deque<Line> lines_;
  Town town_;
  OtherServer there_{town_, "there"};
  std::deque<Home> homes_;
  std::deque<Account> accounts_;
  std::deque<Written> written_;
  std::map<Member*, base::Blob> copies_;
  std::map<std::string, Member*> by_mailbox_;
  // Sender, recipient, ratchet key and counter of each message that was ready to leave, and its ciphertext's hash.
  std::map<std::string, base::Bytes<32>> keys_used_;
  std::vector<std::string> story_, broken_;
  int names_ = 0;
  int steps_ = 0;
  bool is_weather_bad_ = false;
};

}  // namespace sotto::test
