# Lines of NAME=VALUE in files below $work, and one line a goal made of them.

# median FILE NAME: of all of its values; 0 when there is none.
median() {
  grep -oE "(^| )$2=-?[0-9.]+" "$work/$1" 2>/dev/null | cut -d= -f2 | sort -g |
    awk '{v[NR]=$1} END {print NR ? v[int((NR+1)/2)] : 0}'
}

# spread FILE NAME: the smallest and the largest.
spread() {
  grep -oE "(^| )$2=-?[0-9.]+" "$work/$1" 2>/dev/null | cut -d= -f2 | sort -g |
    awk 'NR==1 {a=$1} {b=$1} END {printf "%s..%s", a, b}'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.4f", (b > 0 ? a / b : 0)}'; }

# goal NAME KIND VALUE RELATION BOUND [NOTE]: "G1/32 ratio=0.63 goal>=0.60 ok".
goal() {
  awk -v n="$1" -v k="$2" -v v="$3" -v r="$4" -v b="$5" -v note="${6:-}" 'BEGIN {
    good = v > 0 && (r == ">=" ? v >= b : v <= b)
    printf "%s %s=%.2f goal%s%.2f %s%s\n", n, k, v, r, b, good ? "ok" : "short", note == "" ? "" : "  (" note ")" }'
}

# compared FILE NAME: medians and spreads of both sides, for a note.
compared() {
  echo "$2: ours $(median "$1.ours" "$2") [$(spread "$1.ours" "$2")]," \
    "reference $(median "$1.reference" "$2") [$(spread "$1.reference" "$2")]"
}
