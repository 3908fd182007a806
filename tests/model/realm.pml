/* One tenant's migration with all that can go wrong around it, for the model
 * checker Spin. docs/MODEL.md says what is left out; tests/model/run.sh runs it.
 *
 * The tenant has two records: row 0 is written to while the migration runs, row 1
 * is not. A record is its version: 0 is "not here", WRONG is a copy gone bad.
 *
 * There is no clock. Whoever waits may wait for ever or not at all, so that a
 * lease can run out at any moment and a worker that lost its lease goes on
 * whenever it likes. An order or a report, once sent, can arrive at any later
 * time, twice, or never: orders and reports are sets that only grow.
 *
 * Each -D of the second group takes one guard away, and Spin must then find how
 * that loses data: run.sh expects it.
 */

/* --- Sizes and choices ---------------------------------------------------- */

#ifndef COORDINATORS
#define COORDINATORS 1 /* that each believe they lead */
#endif
#ifndef WORKERS
#define WORKERS 2 /* executions at a time; any may take any order */
#endif
#ifndef EPOCHS
#define EPOCHS 5 /* leases in all; the shortest ways to an end take four */
#endif
#ifndef VERSIONS
#define VERSIONS 3 /* of row 0 */
#endif
#ifndef TRIPS
#define TRIPS 1 /* migrations of the tenant, one after the other: back after a switch, and again
                   the same way after one that was undone */
#endif
/* SWITCH_FIRST: the platform routes to the target, then sends commit, and goes
 * back if it sees no answer. Otherwise it commits first and routes then.
 * GARBLE: one record may be written wrong by the copy.
 * LIVENESS: faults come to an end, and with weak fairness so must the migration.
 * ROWS: prints each change of state, for the comparison with the table in STATE_MACHINE.md. */

/* --- Guards, and what is without them ---------------------------------------- */

/* LOOSE_FENCE: a fence is raised by an equal epoch too: a job delivered twice runs twice. */
#ifdef LOOSE_FENCE
#define MAY_RAISE(fence, e) (e >= fence)
#else
#define MAY_RAISE(fence, e) (e > fence)
#endif

/* CHECK_ONCE: the fence is compared when a job begins, not with each write. */
#ifdef CHECK_ONCE
#define HOLDS(fence, e) true
#else
#define HOLDS(fence, e) (fence == e)
#endif

/* LOOSE_ACCESS: a seal or gate is set by whoever comes last, not by the larger epoch. */
#ifdef LOOSE_ACCESS
#define MAY_SET(access_epoch, e) true
#else
#define MAY_SET(access_epoch, e) (e > access_epoch)
#endif

/* NO_SEAL: the last pass does not stop the tenant's writes at the source. */
#ifdef NO_SEAL
#define SEALS false
#else
#define SEALS true
#endif

/* NO_VERIFY: a copy reports done without comparing. */
#ifdef NO_VERIFY
#define EQUAL(i) true
#else
#define EQUAL(i) (SOURCE(i) == TARGET(i))
#endif

/* NO_PROOF: commit and verification are enough to switch. */
#ifdef NO_PROOF
#define PROVEN true
#else
#define PROVEN evidence
#endif

/* NO_HORIZON: a request at the target counts although the platform may still go back. */
#ifdef NO_HORIZON
#define COUNTS true
#else
#define COUNTS decided
#endif

/* NO_COMPARE_AND_SET: a coordinator writes its record over whatever another has written. */
#ifdef NO_COMPARE_AND_SET
#define UNCHANGED true
#define CHANGED \
  (s != state || e != last_epoch || l != lease || v != verified || o != opened || m != emptied)
#define NEXT_REVISION skip
#else
#define UNCHANGED (revision == seen)
#define CHANGED (revision != seen)
#define NEXT_REVISION revision = revision + 1
#endif

/* STALE_REPORTS: a report of an older lease is taken for one of the present. */
#ifdef STALE_REPORTS
#define REPORTED(work, e) (reported_by_anyone[work])
#else
#define REPORTED(work, e) (e != 0 && reported[e] == work)
#endif

/* And, where they stand: NO_LAST_PASS (nothing is copied under the seal after commit),
 * OPEN_EARLY (the gate opens on proof, verified or not), LATE_ROLLBACK (honoured after the
 * switch), COPY_AGAIN (a copy that was lost is begun again after the switch), REPAIR_OPEN (the
 * purge first repairs the target from the source), and NO_RAISE_ON_OPEN (opening the gate does
 * not raise the fence), which is a second line behind LOOSE_FENCE and STALE_REPORTS.
 *
 * With TRIPS: EPOCHS_START_ANEW (each migration counts its leases from one).
 * For LIVENESS: NO_RETRY (a lost lease is not given again), and NO_UNDO_DUE (Failed waits for the
 * platform's rollback alone). */

#define WRONG 9

/* --- The record, durable ------------------------------------------------------ */

mtype = { Scheduled, Copying, ReadyToCommit, Committing, Switched, Committed, Failed, RollingBack,
          RolledBack, Cancelled };

#define NOTHING 0
#define COPY 1
#define LAST_PASS 2
#define OPEN 3
#define PURGE 4
#define UNDO 5
#define UNSEAL 6

mtype state = Scheduled;
byte last_epoch = 0;
byte lease = 0;         /* epoch of the job under way */
bool verified = false;  /* under the seal */
bool opened = false;
bool emptied = false;
byte revision = 0;

/* --- Messages ------------------------------------------------------------------ */

byte ordered[EPOCHS + 1]; /* by epoch: the work, NOTHING if no such order was sent */
byte reported[EPOCHS + 1];    /* by epoch: the work that was reported done */
#ifdef STALE_REPORTS
bool reported_by_anyone[7];
#endif
#ifdef NO_COMPARE_AND_SET
byte also_ordered[EPOCHS + 1]; /* by the other coordinator under the same epoch */
#endif

/* --- The two realms' stores ---------------------------------------------------- */

byte rows[4]; /* two of realm 0, two of realm 1 */
byte latest = 1; /* version of row 0 that the tenant wrote last */
byte fence[2];
byte access[2];    /* epoch of the register */
bool is_open[2];   /* both at first: nobody has closed the target's yet, and nobody comes */
bool garbled = false;

/* Which realm is the source: of the present migration, and of the one that a worker works for. */
#if TRIPS > 1
bit origin = 0;
byte trip = 1;
bit heading[EPOCHS + 1]; /* by epoch: the source of its migration */
#else
#define origin 0
#define from 0
#define heading(n) 0
#endif

#define SOURCE(i) rows[2 * from + i]
#define TARGET(i) rows[2 - 2 * from + i]

/* --- The world ------------------------------------------------------------------- */

bool at_target = false; /* where the platform routes the tenant */
bool decided = false;   /* and whether it will not change its mind any more */
bool commit_sent = false;
bool rollback_sent = false;
bool answered = false; /* our 2xx to commit is under way */
bool evidence = false; /* a request of the tenant was seen at the target, and counts */

/* --- What must never be broken ---------------------------------------------------- */

#define WHOLE(realm) (rows[2 * realm] == latest && rows[2 * realm + 1] == 1)
#define EMPTY(realm) (rows[2 * realm] == 0 && rows[2 * realm + 1] == 0)
#define SOURCE_WHOLE WHOLE(origin)
#define TARGET_WHOLE WHOLE((1 - origin))
#define SOURCE_EMPTY EMPTY(origin)
#define TARGET_EMPTY EMPTY((1 - origin))
#define IS_SWITCHED (state == Switched || state == Committed)

/* Each record's latest version is somewhere. */
#define NOTHING_LOST                             \
  ((rows[0] == latest || rows[2] == latest) && \
   (rows[1] == 1 || rows[3] == 1))
/* Wherever the platform may yet route the tenant, the data is. */
#define SERVED ((at_target && decided) || SOURCE_WHOLE)
/* The directory names the target only when that is whole, and the platform there for good. */
#define RIGHT_SWITCH (!IS_SWITCHED || (TARGET_WHOLE && at_target && decided))
#define RIGHT_END (state != Committed || SOURCE_EMPTY)
#define RIGHT_UNDO \
  ((state != RolledBack && state != Cancelled) || \
   (SOURCE_WHOLE && TARGET_EMPTY && is_open[origin]))
/* From the last pass on the tenant can write in one realm at most. */
#define ONE_WRITER (!(IS_SWITCHED && is_open[0] && is_open[1]))

/* Never set. They are not part of what Spin keeps; they name what a violation broke. */
hidden byte nothing_lost, served, right_switch, right_end, right_undo, one_writer;

#define AUDIT                            \
  assert(NOTHING_LOST || nothing_lost);  \
  assert(SERVED || served);              \
  assert(RIGHT_SWITCH || right_switch);  \
  assert(RIGHT_END || right_end);        \
  assert(RIGHT_UNDO || right_undo);      \
  assert(ONE_WRITER || one_writer)

/* --- The coordinator -------------------------------------------------------------- */

/* It looks at the record, decides, and writes: with several of them the record can change in
 * between. What it writes it computes from what it saw. */

#if COORDINATORS > 1
#define LOOK                                                                        \
  d_step {                                                                          \
    seen = revision; s = state; e = last_epoch; l = lease; v = verified; o = opened; \
    m = emptied                                                                     \
  }
#else
#define LOOK skip
#define s state
#define e last_epoch
#define l lease
#define v verified
#define o opened
#define m emptied
#define seen revision
#endif

#ifdef NO_COMPARE_AND_SET
#define SEND(work)                                           \
  if                                                         \
  :: ordered[lease] == NOTHING -> ordered[lease] = work      \
  :: ordered[lease] != NOTHING -> also_ordered[lease] = work \
  fi
#else
#define SEND(work) ordered[lease] = work
#endif

#ifdef ROWS
#define ROW(to) printf("ROW %d %d\n", state, to)
#else
#define ROW(to) skip
#endif
#if TRIPS > 1
#define HEAD heading[lease] = origin
#else
#define HEAD skip
#endif

/* A new revision in `to`, without and with a job that is leased anew. */
#define STORE(to)        \
  ROW(to);               \
  state = to;            \
  last_epoch = e;        \
  lease = l;             \
  verified = v;          \
  opened = o;            \
  emptied = m;           \
  NEXT_REVISION
#define LEASE(to, work)     \
  ROW(to);                  \
  state = to;               \
  verified = v;             \
  opened = o;               \
  emptied = m;              \
  lease = e + 1;            \
  last_epoch = lease;       \
  NEXT_REVISION;            \
  HEAD;                     \
  SEND(work)

/* Leases are bounded. For LIVENESS one may be lost only while there are enough for what is still
 * to be done, `left` of them: then faults are over. */
#ifdef LIVENESS
#define CAN_LEASE(left) (e + left <= EPOCHS)
#else
#define CAN_LEASE(left) (e < EPOCHS)
#endif
#ifdef NO_RETRY
#define LOST(left) false
#else
#define LOST(left) CAN_LEASE(left)
#endif
#define FINISHED(work) REPORTED(work, l)

#ifdef LATE_ROLLBACK
#define MAY_ROLL_BACK (s == Copying || s == ReadyToCommit || s == Committing || s == Switched)
#else
#define MAY_ROLL_BACK (s == Copying || s == ReadyToCommit || s == Committing)
#endif
#ifdef OPEN_EARLY
#define MAY_SWITCH (s == Committing && PROVEN)
#else
#define MAY_SWITCH (s == Committing && v && PROVEN)
#endif

/* Another migration of the tenant. The platform decides anew; epochs, stores, orders and reports
 * stay as they are. */
#ifdef EPOCHS_START_ANEW
#define NEXT_EPOCH 0
#else
#define NEXT_EPOCH e
#endif
#define NEXT_TRIP                                                          \
  trip++;                                                                  \
  origin = (state == Committed -> 1 - origin : origin);                    \
  state = Scheduled; last_epoch = NEXT_EPOCH; lease = 0;                   \
  verified = false; opened = false; emptied = false; NEXT_REVISION;        \
  at_target = false; decided = false; commit_sent = false;                 \
  rollback_sent = false; answered = false; evidence = false

#define MOVE(condition, effect) \
  :: atomic { UNCHANGED && (condition) -> effect; AUDIT }

#if COORDINATORS > 1
#define REREAD :: atomic { CHANGED -> LOOK }
#else
#define REREAD
#endif

proctype Coordinator() {
#if COORDINATORS > 1
  byte seen, e, l;
  mtype s;
  bool v, o, m;
  LOOK;
#endif
end:
  do
  REREAD
  MOVE(s == Scheduled && CAN_LEASE(4), LEASE(Copying, COPY))
  MOVE(s == Scheduled && rollback_sent, STORE(Cancelled))
  MOVE(s == Scheduled, STORE(Failed)) /* its window is over */
  MOVE(s == Copying && FINISHED(COPY), STORE(ReadyToCommit))
  MOVE(s == Copying && LOST(4), LEASE(Copying, COPY))
  MOVE(s == Copying, STORE(Failed)) /* its window is over, or it cannot succeed */
  MOVE(MAY_ROLL_BACK && rollback_sent && CAN_LEASE(2), LEASE(RollingBack, UNDO))
#ifdef NO_UNDO_DUE
  MOVE(s == Failed && rollback_sent && CAN_LEASE(2), LEASE(RollingBack, UNDO))
#else
  MOVE(s == Failed && CAN_LEASE(2), LEASE(RollingBack, UNDO)) /* asked for, or due */
#endif
#ifdef NO_LAST_PASS
  MOVE(s == ReadyToCommit && commit_sent,
       state = Committing; last_epoch = e; lease = l; verified = true; NEXT_REVISION;
       answered = true)
#else
  MOVE(s == ReadyToCommit && commit_sent && CAN_LEASE(3),
       LEASE(Committing, LAST_PASS); answered = true)
#endif
  MOVE(s == Committing && !v && FINISHED(LAST_PASS),
       state = s; last_epoch = e; lease = l; verified = true; NEXT_REVISION)
  MOVE(s == Committing && !v && LOST(3), LEASE(Committing, LAST_PASS))
  MOVE(MAY_SWITCH && CAN_LEASE(2), LEASE(Switched, OPEN))
  MOVE(s == Switched && !o && FINISHED(OPEN) && CAN_LEASE(1),
       LEASE(Switched, PURGE); opened = true)
  MOVE(s == Switched && !o && LOST(2), LEASE(Switched, OPEN))
  MOVE(s == Switched && o && FINISHED(PURGE), STORE(Committed))
  MOVE(s == Switched && o && LOST(1), LEASE(Switched, PURGE))
#ifdef COPY_AGAIN
  MOVE(s == Switched && CAN_LEASE(1), LEASE(Switched, COPY))
#endif
  MOVE(s == RollingBack && !m && FINISHED(UNDO) && CAN_LEASE(1),
       LEASE(RollingBack, UNSEAL); emptied = true)
  MOVE(s == RollingBack && !m && LOST(2), LEASE(RollingBack, UNDO))
  MOVE(s == RollingBack && m && FINISHED(UNSEAL), STORE(RolledBack))
  MOVE(s == RollingBack && m && LOST(1), LEASE(RollingBack, UNSEAL))
#if TRIPS > 1
  :: atomic { UNCHANGED && trip < TRIPS && decided &&
              (s == Committed || s == RolledBack || s == Cancelled) -> NEXT_TRIP; AUDIT }
#endif
  od
}

#undef s
#undef e
#undef l
#undef v
#undef o
#undef m
#undef seen

/* --- Workers ------------------------------------------------------------------------ */

#ifdef NO_COMPARE_AND_SET
#define IS_ORDERED(n, work) (ordered[n] == work || also_ordered[n] == work)
#else
#define IS_ORDERED(n, work) (ordered[n] == work)
#endif

#ifdef STALE_REPORTS
#define REPORT atomic { reported[e] = work; reported_by_anyone[work] = true; goto idle }
#else
#define REPORT atomic { reported[e] = work; goto idle }
#endif

/* Takes an order by raising the fence of the store it is about: before that it has done
 * nothing, so that taking and raising are one step. */
#if TRIPS > 1
#define AT_SOURCE(n) fence[heading[n]]
#define AT_TARGET(n) fence[1 - heading[n]]
#define GO_FOR(n) from = heading[n]
#else
#define AT_SOURCE(n) fence[0]
#define AT_TARGET(n) fence[1]
#define GO_FOR(n) skip
#endif
#define TAKE(n, what, its_fence, place)                             \
  :: atomic { IS_ORDERED(n, what) && MAY_RAISE(its_fence, n) ->     \
              its_fence = n; e = n; work = what; GO_FOR(n); goto place }
#ifdef NO_RAISE_ON_OPEN
#define TAKE_OPEN(n) :: atomic { IS_ORDERED(n, OPEN) -> e = n; work = OPEN; GO_FOR(n); goto open }
#else
#define TAKE_OPEN(n) TAKE(n, OPEN, AT_TARGET(n), open)
#endif
#define TAKE_ANY(n)                               \
  TAKE(n, COPY, AT_TARGET(n), copy)               \
  TAKE(n, LAST_PASS, AT_TARGET(n), copy)          \
  TAKE_OPEN(n)                                    \
  TAKE(n, PURGE, AT_SOURCE(n), purge)             \
  TAKE(n, UNDO, AT_TARGET(n), undo)               \
  TAKE(n, UNSEAL, AT_SOURCE(n), unseal)

/* Sets a register, or gives up. */
#define IS_SET(realm, wanted) (access[realm] == e && is_open[realm] == wanted)
#define SET(realm, wanted)                                                                      \
  if                                                                                            \
  :: atomic { MAY_SET(access[realm], e) -> access[realm] = e; is_open[realm] = wanted; AUDIT }  \
  :: atomic { !MAY_SET(access[realm], e) && !IS_SET(realm, wanted) -> goto give_up }            \
  :: atomic { !MAY_SET(access[realm], e) && IS_SET(realm, wanted) -> skip }                     \
  fi

/* One write into a store under its fence, or gives up. */
#define WRITE(realm, row, value)                              \
  if                                                          \
  :: atomic { HOLDS(fence[realm], e) -> row = value; AUDIT }  \
  :: atomic { !HOLDS(fence[realm], e) -> goto give_up }       \
  CRASH                                                       \
  fi

/* For LIVENESS: a worker may die as long as its lease can be given again. Otherwise there is no
 * need: one that does nothing more is the same. */
#ifdef LIVENESS
#define LEASES_LEFT (work == PURGE || work == UNSEAL -> 1 : (work == COPY -> 4 : \
                     (work == LAST_PASS -> 3 : 2)))
#define CRASH :: atomic { last_epoch + LEASES_LEFT <= EPOCHS -> goto give_up }
#else
#define CRASH
#endif

proctype Worker() {
  byte e = 0, work = NOTHING, i = 0, value = 0;
#if TRIPS > 1
  bit from = 0;
#endif
idle:
#if TRIPS > 1
  from = 0;
#endif
  atomic { e = 0; work = NOTHING; i = 0; value = 0 };
end:
  if
  TAKE_ANY(1)
  TAKE_ANY(2)
  TAKE_ANY(3)
  TAKE_ANY(4)
#if EPOCHS > 4
  TAKE_ANY(5)
#endif
#if EPOCHS > 5
  TAKE_ANY(6)
#endif
#if EPOCHS > 6
  TAKE_ANY(7)
#endif
#if EPOCHS > 7
  TAKE_ANY(8)
#endif
  fi;

copy:
  SET(1 - from, false);
  if
  :: SEALS && work == LAST_PASS -> SET(from, false)
  :: !SEALS || work == COPY
  fi;
  do
  :: i < 2 ->
     value = SOURCE(i);
     if
     :: true -> skip
#ifdef GARBLE
     :: atomic { !garbled -> garbled = true; value = WRONG }
#endif
     fi;
     WRITE(1 - from, TARGET(i), value);
     d_step { i++; value = 0 }
  :: i == 2 -> break
  od;
  i = 0;
  do
  :: atomic { i < 2 && EQUAL(i) -> i++ }
  :: atomic { i < 2 && !EQUAL(i) -> goto give_up }
  :: i == 2 -> break
  od;
  REPORT;

open:
  SET(1 - from, true);
  REPORT;

purge:
#ifdef REPAIR_OPEN
  do
  :: i < 2 ->
     value = SOURCE(i);
     if
     :: value != 0 && TARGET(i) != value -> atomic { TARGET(i) = value; AUDIT }
     :: else
     fi;
     d_step { i++; value = 0 }
  :: i == 2 -> break
  od;
  i = 0;
#endif
  do
  :: i < 2 -> WRITE(from, SOURCE(i), 0); i++
  :: i == 2 -> break
  od;
  REPORT;

undo:
  SET(1 - from, false);
  do
  :: i < 2 -> WRITE(1 - from, TARGET(i), 0); i++
  :: i == 2 -> break
  od;
  REPORT;

unseal:
  SET(from, true);
  REPORT;

give_up:
  goto idle
}

/* --- The tenant ------------------------------------------------------------------------ */

proctype Tenant() {
end:
  do
  /* Writes at the source for as long as that takes them. */
  :: atomic { is_open[origin] && rows[2 * origin] == latest && latest < VERSIONS ->
              latest++; rows[2 * origin] = latest; AUDIT }
  /* Comes to the target: refused while the gate is closed, and seen. */
  :: atomic { at_target && COUNTS && !evidence && state == Committing -> evidence = true }
  :: atomic { at_target && is_open[1 - origin] && IS_SWITCHED && latest < VERSIONS ->
              latest++; rows[2 - 2 * origin] = latest; AUDIT }
  od
}

/* --- The platform ---------------------------------------------------------------------- */

proctype Platform() {
end:
  do
#ifdef SWITCH_FIRST
  :: atomic { state == ReadyToCommit && !decided && !at_target ->
              at_target = true; commit_sent = true }
  :: atomic { at_target && !decided && answered -> decided = true; AUDIT }
#else
  :: atomic { state == ReadyToCommit && !decided && !commit_sent -> commit_sent = true }
  :: atomic { commit_sent && !decided && answered -> at_target = true; decided = true; AUDIT }
#endif
  /* The window is over, or no answer was seen: it goes back, or stays. The rollback may be
   * lost on the way. */
  :: atomic { !decided -> at_target = false; decided = true; rollback_sent = true; AUDIT }
  :: atomic { !decided -> at_target = false; decided = true; AUDIT }
  /* A rollback that should not come: somebody's mistake. */
  :: atomic { decided && at_target && !rollback_sent -> rollback_sent = true }
  od
}

init {
  atomic {
    byte n = 0;
    rows[0] = 1;
    rows[1] = 1;
    is_open[0] = true;
    is_open[1] = true;
    do
    :: n < COORDINATORS -> run Coordinator(); n++
    :: else -> break
    od;
    n = 0;
    do
    :: n < WORKERS -> run Worker(); n++
    :: else -> break
    od;
    run Tenant();
    run Platform()
  }
}

/* --- Liveness ---------------------------------------------------------------------------- */

#ifdef LIVENESS
#define OVER (state == Committed || state == RolledBack || state == Cancelled)
/* The platform has gone back, and its rollback was lost on the way: the source serves the tenant,
 * and somebody has to say so. */
#define SILENT                                  \
  (decided && !at_target && !rollback_sent &&   \
   (state == ReadyToCommit || state == Committing))
ltl ends { <> (OVER || SILENT) }
#endif
