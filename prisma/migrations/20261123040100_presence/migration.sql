-- Who is in a room now. UNLOGGED: after a crash of the database nobody is, until they come back, which is true.
-- No foreign keys: an UNLOGGED table cannot be referenced, and a row lives no longer than its node's lease.

-- CreateTable
CREATE UNLOGGED TABLE "presence_node" (
    "id" UUID NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "presence_node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE UNLOGGED TABLE "presence" (
    "node_id" UUID NOT NULL,
    "room_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "presence_pkey" PRIMARY KEY ("room_id", "user_id", "node_id")
);

-- CreateTable
CREATE UNLOGGED TABLE "presence_typing" (
    "room_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "presence_typing_pkey" PRIMARY KEY ("room_id", "user_id")
);

-- CreateIndex
CREATE INDEX "presence_node_idx" ON "presence" ("node_id");
