-- CreateTable
CREATE TABLE "availability_window" (
    "tutor_id" UUID NOT NULL,
    "weekday" SMALLINT NOT NULL,
    "from_minute" SMALLINT NOT NULL,
    "to_minute" SMALLINT NOT NULL,
    "organization_id" UUID NOT NULL,

    CONSTRAINT "availability_window_pkey" PRIMARY KEY ("tutor_id","weekday","from_minute")
);

-- CreateTable
CREATE TABLE "availability_exception" (
    "tutor_id" UUID NOT NULL,
    "date" DATE NOT NULL,
    "available" BOOLEAN NOT NULL,
    "from_minute" SMALLINT NOT NULL,
    "to_minute" SMALLINT NOT NULL,
    "organization_id" UUID NOT NULL,

    CONSTRAINT "availability_exception_pkey" PRIMARY KEY ("tutor_id","date","available","from_minute")
);

-- AddForeignKey
ALTER TABLE "availability_window" ADD CONSTRAINT "availability_window_tutor_id_fkey" FOREIGN KEY ("tutor_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "availability_window" ADD CONSTRAINT "availability_window_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "availability_exception" ADD CONSTRAINT "availability_exception_tutor_id_fkey" FOREIGN KEY ("tutor_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "availability_exception" ADD CONSTRAINT "availability_exception_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What the Prisma schema cannot express -----------------------------------------------------------------------

-- Minutes after midnight: 1,440 is the end of the day.
ALTER TABLE "availability_window"
  ADD CONSTRAINT "availability_window_weekday" CHECK ("weekday" BETWEEN 1 AND 7),
  ADD CONSTRAINT "availability_window_minutes" CHECK (0 <= "from_minute" AND "from_minute" < "to_minute" AND "to_minute" <= 1440);
ALTER TABLE "availability_exception"
  ADD CONSTRAINT "availability_exception_minutes" CHECK (0 <= "from_minute" AND "from_minute" < "to_minute" AND "to_minute" <= 1440);
