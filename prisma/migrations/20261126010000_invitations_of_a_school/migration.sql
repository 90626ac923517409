-- CreateIndex
CREATE INDEX "invitation_school_idx" ON "invitation"("organization_id", "created_at", "id");
